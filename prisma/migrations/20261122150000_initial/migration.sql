-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "runner_status" AS ENUM ('starting', 'running', 'paused', 'stopping', 'terminated', 'failed', 'lost');

-- CreateEnum
CREATE TYPE "desired_status" AS ENUM ('running', 'paused', 'terminated');

-- CreateEnum
CREATE TYPE "runner_activity" AS ENUM ('working', 'waiting_permission', 'waiting_input', 'idle', 'unknown');

-- CreateEnum
CREATE TYPE "provider" AS ENUM ('claude', 'codex', 'gemini', 'opencode', 'shell', 'echo');

-- CreateEnum
CREATE TYPE "restart_policy" AS ENUM ('never', 'on-failure');

-- CreateEnum
CREATE TYPE "node_kind" AS ENUM ('local', 'remote');

-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('owner', 'operator', 'viewer', 'service');

-- CreateEnum
CREATE TYPE "quota_kind" AS ENUM ('concurrent_runners', 'memory_bytes', 'cpu_percent', 'tokens_per_day');

-- CreateEnum
CREATE TYPE "budget_period" AS ENUM ('hourly', 'daily', 'weekly', 'monthly');

-- CreateEnum
CREATE TYPE "budget_unit" AS ENUM ('tokens', 'usd');

-- CreateEnum
CREATE TYPE "budget_policy" AS ENUM ('notify', 'deny-tools', 'pause', 'stop');

-- CreateTable
CREATE TABLE "projects" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT,
    "path" TEXT NOT NULL,
    "description" TEXT,
    "default_provider" "provider" NOT NULL DEFAULT 'claude',
    "node_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project_variables" (
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "project_variables_pkey" PRIMARY KEY ("project_id","name")
);

-- CreateTable
CREATE TABLE "runners" (
    "id" UUID NOT NULL,
    "name" TEXT,
    "project_id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "agent_id" UUID,
    "session_id" UUID,
    "provider" "provider" NOT NULL,
    "status" "runner_status" NOT NULL DEFAULT 'starting',
    "desired" "desired_status" NOT NULL DEFAULT 'running',
    "status_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "activity" "runner_activity" NOT NULL DEFAULT 'unknown',
    "activity_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "epoch" INTEGER NOT NULL DEFAULT 1,
    "cwd" TEXT NOT NULL,
    "prompt" TEXT,
    "cols" INTEGER NOT NULL DEFAULT 120,
    "rows" INTEGER NOT NULL DEFAULT 32,
    "pid" INTEGER,
    "pid_start_ticks" BIGINT,
    "boot_id" TEXT,
    "exit_code" INTEGER,
    "signal" TEXT,
    "reason" TEXT,
    "last_lines" TEXT,
    "stop_force" BOOLEAN NOT NULL DEFAULT false,
    "stop_grace_ms" INTEGER NOT NULL DEFAULT 10000,
    "restart_policy" "restart_policy" NOT NULL DEFAULT 'never',
    "restart_count" INTEGER NOT NULL DEFAULT 0,
    "next_start_at" TIMESTAMPTZ(3),
    "tokens_used" BIGINT NOT NULL DEFAULT 0,
    "launched_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "runners_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runner_vitals" (
    "runner_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL,
    "cpu_percent" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "memory_bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "runner_vitals_pkey" PRIMARY KEY ("runner_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "provider" "provider" NOT NULL,
    "provider_session_id" TEXT NOT NULL,
    "project_id" UUID,
    "parent_id" UUID,
    "title" TEXT,
    "cwd" TEXT NOT NULL,
    "model" TEXT,
    "git_branch" TEXT,
    "message_count" INTEGER NOT NULL DEFAULT 0,
    "tokens_used" BIGINT NOT NULL DEFAULT 0,
    "lease_runner_id" UUID,
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_activity_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "nodes" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "node_kind" NOT NULL,
    "hostname" TEXT,
    "platform" TEXT,
    "arch" TEXT,
    "cpu_count" INTEGER,
    "memory_bytes" BIGINT,
    "load_average" DOUBLE PRECISION,
    "free_memory_bytes" BIGINT,
    "providers" JSONB NOT NULL DEFAULT '[]',
    "draining_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "pid" INTEGER NOT NULL,
    "pid_start_ticks" BIGINT NOT NULL,
    "boot_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "protocol" INTEGER NOT NULL,
    "connected" BOOLEAN NOT NULL DEFAULT false,
    "heartbeat_seq" BIGINT NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3),
    "disconnected_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_tokens" (
    "id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" "user_role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "web_sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "web_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_codes" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "login_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attach_tickets" (
    "ticket_hash" BYTEA NOT NULL,
    "runner_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "read_only" BOOLEAN NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "attach_tickets_pkey" PRIMARY KEY ("ticket_hash")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "result_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("scope","key")
);

-- CreateTable
CREATE TABLE "quotas" (
    "id" UUID NOT NULL,
    "project_id" UUID,
    "kind" "quota_kind" NOT NULL,
    "limit" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quotas_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budgets" (
    "id" UUID NOT NULL,
    "project_id" UUID,
    "runner_id" UUID,
    "period" "budget_period" NOT NULL,
    "unit" "budget_unit" NOT NULL,
    "limit" DECIMAL(20,6) NOT NULL,
    "policy" "budget_policy" NOT NULL DEFAULT 'notify',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "budgets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_events" (
    "seq" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "routing_key" TEXT NOT NULL,
    "aggregate_type" TEXT NOT NULL,
    "aggregate_id" TEXT NOT NULL,
    "project" TEXT,
    "actor_kind" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "dead_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_events_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "request_id" TEXT,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "key_id" TEXT NOT NULL,
    "mac" BYTEA NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_tip" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,
    "mac" BYTEA NOT NULL,

    CONSTRAINT "audit_tip_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "projects_name_key_key" ON "projects"("name_key");

-- CreateIndex
CREATE INDEX "runners_project_id_status_idx" ON "runners"("project_id", "status");

-- CreateIndex
CREATE INDEX "runners_status_idx" ON "runners"("status");

-- CreateIndex
CREATE INDEX "runners_session_id_idx" ON "runners"("session_id");

-- CreateIndex
CREATE INDEX "runners_created_at_idx" ON "runners"("created_at");

-- CreateIndex
CREATE INDEX "sessions_project_id_last_activity_at_idx" ON "sessions"("project_id", "last_activity_at");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_provider_provider_session_id_key" ON "sessions"("provider", "provider_session_id");

-- CreateIndex
CREATE UNIQUE INDEX "nodes_name_key" ON "nodes"("name");

-- CreateIndex
CREATE INDEX "agents_node_id_idx" ON "agents"("node_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_tokens_token_hash_key" ON "agent_tokens"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "users_name_key" ON "users"("name");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "web_sessions_token_hash_key" ON "web_sessions"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "login_codes_code_hash_key" ON "login_codes"("code_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_token_hash_key" ON "api_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "attach_tickets_expires_at_idx" ON "attach_tickets"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "quotas_project_id_kind_key" ON "quotas"("project_id", "kind");

-- CreateIndex
CREATE INDEX "budgets_project_id_idx" ON "budgets"("project_id");

-- CreateIndex
CREATE INDEX "budgets_runner_id_idx" ON "budgets"("runner_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_events_id_key" ON "outbox_events"("id");

-- CreateIndex
CREATE INDEX "outbox_events_aggregate_id_seq_idx" ON "outbox_events"("aggregate_id", "seq");

-- CreateIndex
CREATE INDEX "audit_events_target_id_seq_idx" ON "audit_events"("target_id", "seq");

-- AddForeignKey
ALTER TABLE "projects" ADD CONSTRAINT "projects_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_variables" ADD CONSTRAINT "project_variables_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runners" ADD CONSTRAINT "runners_launched_by_id_fkey" FOREIGN KEY ("launched_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runner_vitals" ADD CONSTRAINT "runner_vitals_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_lease_runner_id_fkey" FOREIGN KEY ("lease_runner_id") REFERENCES "runners"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agents" ADD CONSTRAINT "agents_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_tokens" ADD CONSTRAINT "agent_tokens_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "web_sessions" ADD CONSTRAINT "web_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "login_codes" ADD CONSTRAINT "login_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attach_tickets" ADD CONSTRAINT "attach_tickets_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attach_tickets" ADD CONSTRAINT "attach_tickets_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's schema language does not say.

-- Heartbeats rewrite every row of this table every few seconds: room on each page keeps the updates HOT.
ALTER TABLE "runner_vitals" SET (fillfactor = 50);

-- The publisher looks only at what is not delivered; delivered rows must not make that slower.
CREATE INDEX "outbox_events_pending_idx" ON "outbox_events" ("seq") WHERE "published_at" IS NULL AND "dead_at" IS NULL;

-- An installation-wide quota has no project; UNIQUE treats NULLs as distinct.
CREATE UNIQUE INDEX "quotas_installation_kind_key" ON "quotas" ("kind") WHERE "project_id" IS NULL;

ALTER TABLE "budgets" ADD CONSTRAINT "budgets_one_scope" CHECK ("project_id" IS NULL OR "runner_id" IS NULL);
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_limit_positive" CHECK ("limit" > 0);
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_limit_not_negative" CHECK ("limit" >= 0);
ALTER TABLE "audit_tip" ADD CONSTRAINT "audit_tip_one_row" CHECK ("id" = 1);

INSERT INTO "audit_tip" ("id", "seq", "mac") VALUES (1, 0, '\x');
