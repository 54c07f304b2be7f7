-- CreateEnum
CREATE TYPE "session_mode" AS ENUM ('new', 'resume', 'fork');

-- CreateEnum
CREATE TYPE "binding_cause" AS ENUM ('launch', 'resume', 'fork', 'clear', 'compact', 'found');

-- CreateEnum
CREATE TYPE "approval_kind" AS ENUM ('tool', 'question', 'plan');

-- CreateEnum
CREATE TYPE "approval_state" AS ENUM ('pending', 'answered', 'allowed', 'denied', 'elsewhere', 'expired', 'ended');

-- CreateEnum
CREATE TYPE "prompt_state" AS ENUM ('queued', 'sending', 'received', 'unconfirmed', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "usage_source" AS ENUM ('transcript', 'telemetry', 'both');

-- AlterTable
ALTER TABLE "runners" ADD COLUMN     "activity_detail" JSONB,
ADD COLUMN     "activity_seq" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "cost_usd" DECIMAL(20,10) NOT NULL DEFAULT 0,
ADD COLUMN     "fork_of_id" UUID,
ADD COLUMN     "held_by_budget_id" UUID,
ADD COLUMN     "session_mode" "session_mode" NOT NULL DEFAULT 'new';

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "cost_usd" DECIMAL(20,10) NOT NULL DEFAULT 0,
ADD COLUMN     "first_prompt" TEXT,
ADD COLUMN     "node_id" UUID,
ADD COLUMN     "program_version" TEXT,
ADD COLUMN     "transcript_path" TEXT;

-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "prices_hash" TEXT;

-- CreateTable
CREATE TABLE "session_bindings" (
    "id" UUID NOT NULL,
    "runner_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "session_id" UUID NOT NULL,
    "cause" "binding_cause" NOT NULL,
    "bound_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_bindings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transcript_files" (
    "node_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "provider" "provider" NOT NULL,
    "provider_session_id" TEXT NOT NULL,
    "subagent_id" TEXT,
    "file_id" TEXT NOT NULL,
    "offset" BIGINT NOT NULL DEFAULT 0,
    "malformed_lines" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "missing_since" TIMESTAMPTZ(3),

    CONSTRAINT "transcript_files_pkey" PRIMARY KEY ("node_id","path")
);

-- CreateTable
CREATE TABLE "usage_entries" (
    "id" BIGSERIAL NOT NULL,
    "provider" "provider" NOT NULL,
    "request_key" TEXT NOT NULL,
    "message_id" TEXT,
    "session_id" UUID NOT NULL,
    "subagent_id" TEXT,
    "runner_id" UUID,
    "project_id" UUID,
    "node_id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "cache_read_tokens" BIGINT NOT NULL,
    "cache_write_5m_tokens" BIGINT NOT NULL,
    "cache_write_1h_tokens" BIGINT NOT NULL,
    "cost_usd" DECIMAL(20,10),
    "source" "usage_source" NOT NULL,
    "drift_tokens" BIGINT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approvals" (
    "id" UUID NOT NULL,
    "runner_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "session_id" UUID,
    "subagent_id" TEXT,
    "kind" "approval_kind" NOT NULL,
    "tool_name" TEXT NOT NULL,
    "tool_input" JSONB NOT NULL,
    "suggestions" JSONB NOT NULL DEFAULT '[]',
    "summary" TEXT NOT NULL,
    "state" "approval_state" NOT NULL DEFAULT 'pending',
    "answer" JSONB,
    "answered_by_id" UUID,
    "answered_by" TEXT,
    "answered_via" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "approvals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runner_prompts" (
    "seq" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "runner_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "state" "prompt_state" NOT NULL DEFAULT 'queued',
    "error" TEXT,
    "created_by_id" UUID,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "runner_prompts_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "budget_spends" (
    "budget_id" UUID NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "spent" DECIMAL(20,10) NOT NULL DEFAULT 0,
    "raised_by" DECIMAL(20,6) NOT NULL DEFAULT 0,
    "unpriced" INTEGER NOT NULL DEFAULT 0,
    "warned_75_at" TIMESTAMPTZ(3),
    "warned_90_at" TIMESTAMPTZ(3),
    "exceeded_at" TIMESTAMPTZ(3),

    CONSTRAINT "budget_spends_pkey" PRIMARY KEY ("budget_id","period_start")
);

-- CreateIndex
CREATE INDEX "session_bindings_runner_id_bound_at_idx" ON "session_bindings"("runner_id", "bound_at");

-- CreateIndex
CREATE INDEX "session_bindings_session_id_bound_at_idx" ON "session_bindings"("session_id", "bound_at");

-- CreateIndex
CREATE INDEX "transcript_files_provider_provider_session_id_idx" ON "transcript_files"("provider", "provider_session_id");

-- CreateIndex
CREATE INDEX "usage_entries_at_idx" ON "usage_entries"("at");

-- CreateIndex
CREATE INDEX "usage_entries_session_id_at_idx" ON "usage_entries"("session_id", "at");

-- CreateIndex
CREATE INDEX "usage_entries_project_id_at_idx" ON "usage_entries"("project_id", "at");

-- CreateIndex
CREATE INDEX "usage_entries_runner_id_idx" ON "usage_entries"("runner_id");

-- CreateIndex
CREATE UNIQUE INDEX "usage_entries_provider_request_key_key" ON "usage_entries"("provider", "request_key");

-- CreateIndex
CREATE INDEX "approvals_runner_id_state_idx" ON "approvals"("runner_id", "state");

-- CreateIndex
CREATE INDEX "approvals_requested_at_idx" ON "approvals"("requested_at");

-- CreateIndex
CREATE UNIQUE INDEX "runner_prompts_id_key" ON "runner_prompts"("id");

-- CreateIndex
CREATE INDEX "runner_prompts_runner_id_state_idx" ON "runner_prompts"("runner_id", "state");

-- CreateIndex
CREATE INDEX "sessions_last_activity_at_idx" ON "sessions"("last_activity_at");

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_fork_of_id_fkey" FOREIGN KEY ("fork_of_id") REFERENCES "sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session_bindings" ADD CONSTRAINT "session_bindings_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session_bindings" ADD CONSTRAINT "session_bindings_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_entries" ADD CONSTRAINT "usage_entries_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runner_prompts" ADD CONSTRAINT "runner_prompts_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_spends" ADD CONSTRAINT "budget_spends_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema language does not say.

-- A life of a runner has one session open at a time.
CREATE UNIQUE INDEX "session_bindings_open_key" ON "session_bindings" ("runner_id") WHERE "released_at" IS NULL;
-- What waits for an answer or to be typed: few, among many that are over.
CREATE INDEX "approvals_open_idx" ON "approvals" ("requested_at") WHERE "closed_at" IS NULL;
CREATE INDEX "runner_prompts_open_idx" ON "runner_prompts" ("runner_id", "seq") WHERE "closed_at" IS NULL;
-- Runners of before had the session they were launched with.
INSERT INTO "session_bindings" ("id", "runner_id", "epoch", "session_id", "cause", "bound_at", "released_at")
SELECT gen_random_uuid(), "id", "epoch", "session_id", 'launch', "created_at", "ended_at"
  FROM "runners" WHERE "session_id" IS NOT NULL;
UPDATE "sessions" SET "node_id" = "projects"."node_id" FROM "projects" WHERE "projects"."id" = "sessions"."project_id";
