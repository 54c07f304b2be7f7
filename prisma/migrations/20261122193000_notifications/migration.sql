-- CreateEnum
CREATE TYPE "notification_channel" AS ENUM ('ntfy', 'webhook');

-- CreateEnum
CREATE TYPE "notification_state" AS ENUM ('pending', 'held', 'sent', 'withdrawn', 'failed');

-- CreateTable
CREATE TABLE "notifications" (
    "id" UUID NOT NULL,
    "channel" "notification_channel" NOT NULL,
    "thread" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "click" TEXT NOT NULL,
    "actions" JSONB NOT NULL DEFAULT '[]',
    "members" JSONB NOT NULL DEFAULT '[]',
    "event_id" UUID,
    "occurrences" INTEGER NOT NULL DEFAULT 1,
    "state" "notification_state" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "sent_version" INTEGER NOT NULL DEFAULT 0,
    "quiet" BOOLEAN NOT NULL DEFAULT false,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_settings" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "settings" JSONB NOT NULL,
    "last_summary_on" DATE,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notification_settings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "notifications_created_at_idx" ON "notifications"("created_at");

-- CreateIndex
CREATE INDEX "notifications_channel_kind_created_at_idx" ON "notifications"("channel", "kind", "created_at");

-- What Prisma's schema language does not say.

-- Two deliveries at once must not open a thread twice.
CREATE UNIQUE INDEX "notifications_open_thread_key" ON "notifications" ("channel", "thread") WHERE "closed_at" IS NULL;

-- The queue: rows with something to do are few, those without are kept for a month.
CREATE INDEX "notifications_queue_idx" ON "notifications" ("channel", "next_attempt_at") WHERE "next_attempt_at" IS NOT NULL;

ALTER TABLE "notification_settings" ADD CONSTRAINT "notification_settings_one_row" CHECK ("id" = 1);
