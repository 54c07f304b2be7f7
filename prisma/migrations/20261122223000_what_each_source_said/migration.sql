-- The drift alone cannot be corrected when a transcript tells more of a request later: what each source said can.
ALTER TABLE "usage_entries" DROP COLUMN "drift_tokens",
  ADD COLUMN "transcript_tokens" BIGINT,
  ADD COLUMN "telemetry_tokens" BIGINT;
