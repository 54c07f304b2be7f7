-- Who sees which projects, and what a token is for.
CREATE TYPE "project_role" AS ENUM ('operator', 'viewer');

ALTER TABLE "users" ADD COLUMN "all_projects" BOOLEAN NOT NULL DEFAULT false;
-- Whoever was there before projects could be granted saw all of them.
UPDATE "users" SET "all_projects" = true;

CREATE TABLE "project_grants" (
    "user_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "role" "project_role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_grants_pkey" PRIMARY KEY ("user_id", "project_id")
);
CREATE INDEX "project_grants_project_id_idx" ON "project_grants"("project_id");
ALTER TABLE "project_grants" ADD CONSTRAINT "project_grants_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "project_grants" ADD CONSTRAINT "project_grants_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- No scopes meant everything; now it means nothing, and everything is said.
UPDATE "api_tokens" SET "scopes" = '{*}' WHERE "scopes" = '{}';

-- Names of projects are used again: what an event belongs to is an id.
ALTER TABLE "outbox_events" ADD COLUMN "project_id" UUID;
UPDATE "outbox_events" AS e SET "project_id" = p."id" FROM "projects" AS p
 WHERE e."aggregate_type" = 'project' AND e."aggregate_id" = p."id"::text;
UPDATE "outbox_events" AS e SET "project_id" = r."project_id" FROM "runners" AS r
 WHERE e."aggregate_type" = 'runner' AND e."aggregate_id" = r."id"::text;
UPDATE "outbox_events" AS e SET "project_id" = s."project_id" FROM "sessions" AS s
 WHERE e."aggregate_type" = 'session' AND e."aggregate_id" = s."id"::text;
