-- The audit log: where a change came from, what guards the rows, and how old ones are dropped.

-- Rows of before are of version 1, whose MAC does not cover the new columns.
ALTER TABLE "audit_events" ADD COLUMN "version" SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE "audit_events" ADD COLUMN "remote_addr" TEXT;
ALTER TABLE "audit_events" ADD COLUMN "credential" TEXT;

-- The end of what was pruned, signed: the chain is verified from the newest one on.
CREATE TABLE "audit_checkpoints" (
    "seq" BIGINT NOT NULL,
    "mac" BYTEA NOT NULL,
    "pruned_at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY ("seq")
);

-- Second line behind the privileges of the application's role, and the only one for the owner of the tables. Who may
-- disable triggers can still forge; that the chain shows.
CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "audit_events_no_update" BEFORE UPDATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();
CREATE TRIGGER "audit_checkpoints_only_grow" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_checkpoints"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();
CREATE TRIGGER "audit_tip_stays" BEFORE DELETE OR TRUNCATE ON "audit_tip"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();

-- Only what a checkpoint stands for may go.
CREATE FUNCTION "audit_refuse_unpruned"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq > coalesce((SELECT max(seq) FROM public.audit_checkpoints), 0) THEN
    RAISE EXCEPTION 'DELETE of % is refused: the audit log only grows', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "audit_events_no_delete" BEFORE DELETE ON "audit_events"
  FOR EACH ROW EXECUTE FUNCTION "audit_refuse_unpruned"();

CREATE FUNCTION "audit_refuse_other_step"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the end of the audit log moves forward by one row only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_tip_moves_on" BEFORE UPDATE ON "audit_tip"
  FOR EACH ROW WHEN (NEW.seq <> OLD.seq + 1) EXECUTE FUNCTION "audit_refuse_other_step"();

-- Retention, for a role that may not delete. The newest row and what is younger than a day always stay. Returns how many
-- rows went.
CREATE FUNCTION "audit_prune"(up_to BIGINT, pruned_at TIMESTAMPTZ, key_id TEXT, signature BYTEA) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  last public.audit_events%ROWTYPE;
  gone BIGINT;
BEGIN
  SELECT * INTO last FROM public.audit_events WHERE seq = up_to;
  IF NOT FOUND OR up_to >= (SELECT seq FROM public.audit_tip WHERE id = 1) OR last.at > now() - interval '1 day' THEN
    RAISE EXCEPTION 'audit row % cannot be pruned', up_to USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO public.audit_checkpoints VALUES (up_to, last.mac, pruned_at, key_id, signature);
  DELETE FROM public.audit_events WHERE seq <= up_to;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
REVOKE ALL ON FUNCTION "audit_prune"(BIGINT, TIMESTAMPTZ, TEXT, BYTEA) FROM PUBLIC;

-- The audit page's listing by kind.
CREATE INDEX "audit_events_action_seq_idx" ON "audit_events"("action", "seq");
