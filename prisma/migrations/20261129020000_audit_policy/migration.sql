-- What may be pruned is decided by who owns the tables, not by who asks for it: whoever has the application's role could
-- have emptied the log of all but a day.

CREATE TABLE "audit_policy" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "retention_days" INTEGER,

    CONSTRAINT "audit_policy_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_policy_one_row" CHECK ("id" = 1),
    CONSTRAINT "audit_policy_at_least_a_day" CHECK ("retention_days" >= 1)
);
INSERT INTO "audit_policy" VALUES (1, NULL);

-- The newest row always stays, and every row that is younger than the policy says: whatever the time of the last of them is,
-- since who may add rows may date them back. An hour is for clocks that differ. Returns how many rows went.
CREATE OR REPLACE FUNCTION "audit_prune"(up_to BIGINT, pruned_at TIMESTAMPTZ, key_id TEXT, signature BYTEA) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  last public.audit_events%ROWTYPE;
  kept_days INTEGER;
  gone BIGINT;
BEGIN
  SELECT retention_days INTO kept_days FROM public.audit_policy WHERE id = 1;
  IF kept_days IS NULL THEN
    RAISE EXCEPTION 'the audit log is kept for ever: its owner has set no retention' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO last FROM public.audit_events WHERE seq = up_to;
  IF NOT FOUND
    OR up_to >= (SELECT seq FROM public.audit_tip WHERE id = 1)
    OR up_to <= coalesce((SELECT max(seq) FROM public.audit_checkpoints), 0)
    OR EXISTS (
      SELECT 1 FROM public.audit_events
       WHERE seq <= up_to AND at > now() - make_interval(days => kept_days) + interval '1 hour'
    )
  THEN
    RAISE EXCEPTION 'audit row % cannot be pruned', up_to USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO public.audit_checkpoints VALUES (up_to, last.mac, pruned_at, key_id, signature);
  DELETE FROM public.audit_events WHERE seq <= up_to;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
REVOKE ALL ON FUNCTION "audit_prune"(BIGINT, TIMESTAMPTZ, TEXT, BYTEA) FROM PUBLIC;
