-- A read-only view of one runner, for whoever holds the link. Only the hash of its token is kept.
CREATE TYPE "share_kind" AS ENUM ('terminal', 'recording');

CREATE TABLE "share_links" (
    "id" UUID NOT NULL,
    "runner_id" UUID NOT NULL,
    "kind" "share_kind" NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "api_token_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "last_opened_at" TIMESTAMPTZ(3),

    CONSTRAINT "share_links_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "share_links_token_hash_key" ON "share_links"("token_hash");
CREATE INDEX "share_links_runner_id_expires_at_idx" ON "share_links"("runner_id", "expires_at");
ALTER TABLE "share_links" ADD CONSTRAINT "share_links_runner_id_fkey" FOREIGN KEY ("runner_id") REFERENCES "runners"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "share_links" ADD CONSTRAINT "share_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "share_links" ADD CONSTRAINT "share_links_api_token_id_fkey" FOREIGN KEY ("api_token_id") REFERENCES "api_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A ticket of somebody who came by such a link.
ALTER TABLE "attach_tickets" ADD COLUMN "share_link_id" UUID;
ALTER TABLE "attach_tickets" ADD CONSTRAINT "attach_tickets_share_link_id_fkey" FOREIGN KEY ("share_link_id") REFERENCES "share_links"("id") ON DELETE CASCADE ON UPDATE CASCADE;
