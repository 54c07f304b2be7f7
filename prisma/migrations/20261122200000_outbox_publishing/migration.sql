-- AlterTable
ALTER TABLE "outbox_events" ADD COLUMN "refusals" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "installation_id" UUID NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- What Prisma's schema language does not say.

ALTER TABLE "installation" ADD CONSTRAINT "installation_one_row" CHECK ("id" = 1);
INSERT INTO "installation" ("id", "installation_id") VALUES (1, gen_random_uuid());

-- "When is the next delayed event due?" is asked whenever nothing else is to be done.
CREATE INDEX "outbox_events_backoff_idx" ON "outbox_events" ("next_attempt_at") WHERE "published_at" IS NULL AND "dead_at" IS NULL AND "next_attempt_at" IS NOT NULL;
