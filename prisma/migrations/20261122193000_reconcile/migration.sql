-- AlterTable
ALTER TABLE "nodes" ADD COLUMN "lost_at" TIMESTAMPTZ(3);

-- What Prisma's schema language does not say.

-- Leases that are held: few, and looked at in every round, among sessions that only become more.
CREATE INDEX "sessions_leased_idx" ON "sessions" ("lease_runner_id") WHERE "lease_runner_id" IS NOT NULL;
