-- AlterTable
ALTER TABLE "outbox_events" ADD COLUMN "trace_id" TEXT;

-- CreateTable
CREATE TABLE "consumed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "consumed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consumed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "dead_letters" (
    "id" UUID NOT NULL,
    "queue" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "routing_key" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "daemon_lease" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "pid" INTEGER,
    "hostname" TEXT,
    "acquired_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "daemon_lease_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "consumed_events_consumed_at_idx" ON "consumed_events"("consumed_at");

-- CreateIndex
CREATE UNIQUE INDEX "dead_letters_queue_message_id_key" ON "dead_letters"("queue", "message_id");

-- What Prisma's schema language does not say.

-- "Is an earlier event of this one's aggregate still waiting?" is asked of every claimed row; published rows must not
-- make it slower.
CREATE INDEX "outbox_events_waiting_idx" ON "outbox_events" ("aggregate_id", "seq") WHERE "published_at" IS NULL AND "dead_at" IS NULL;

-- The few that are parked, newest first.
CREATE INDEX "outbox_events_dead_idx" ON "outbox_events" ("seq") WHERE "dead_at" IS NOT NULL;

ALTER TABLE "daemon_lease" ADD CONSTRAINT "daemon_lease_one_row" CHECK ("id" = 1);
INSERT INTO "daemon_lease" ("id", "epoch") VALUES (1, 0);
