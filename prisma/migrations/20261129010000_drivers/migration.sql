-- Who drove which terminal, and when; and tickets that belong to the credential they were made with.

-- They live for half a minute: whoever holds one asks for another.
DELETE FROM "attach_tickets";
ALTER TABLE "attach_tickets" ADD COLUMN "credential" TEXT NOT NULL;

CREATE TYPE "drive_end" AS ENUM ('left', 'released', 'taken', 'ended', 'lost');
CREATE TABLE "drive_spans" (
    "id" UUID NOT NULL,
    "runner_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "user_id" UUID NOT NULL,
    "credential" TEXT NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_cause" "drive_end",
    "input_bytes" BIGINT NOT NULL DEFAULT 0,
    "last_input_at" TIMESTAMPTZ(3),

    CONSTRAINT "drive_spans_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "drive_spans_end_has_cause" CHECK (("ended_at" IS NULL) = ("end_cause" IS NULL)),
    CONSTRAINT "drive_spans_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "drive_spans_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "drive_spans_runner_id_began_at_idx" ON "drive_spans"("runner_id", "began_at");
-- What a daemon that starts has to end.
CREATE INDEX "drive_spans_open_idx" ON "drive_spans"("id") WHERE "ended_at" IS NULL;

ALTER TABLE "projects" ADD COLUMN "records_input" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "runners" ADD COLUMN "input_recorded_in" INTEGER;
