-- What lets a machine become a node: used once, for one name, within minutes. Only its hash is kept.
CREATE TABLE "join_tokens" (
    "id" UUID NOT NULL,
    "node_name" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "join_tokens_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "join_tokens_token_hash_key" ON "join_tokens"("token_hash");

-- Every certificate an agent was given. One that is not here opens nothing, whoever signed it.
CREATE TABLE "node_certificates" (
    "serial" TEXT NOT NULL,
    "node_id" UUID NOT NULL,
    "authority" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "node_certificates_pkey" PRIMARY KEY ("serial")
);
CREATE INDEX "node_certificates_node_id_expires_at_idx" ON "node_certificates"("node_id", "expires_at");
ALTER TABLE "node_certificates" ADD CONSTRAINT "node_certificates_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
