-- Secrets of settings, sealed under the installation's key (keys/secrets.key), each bound to its name.
CREATE TABLE "stored_secrets" (
    "name" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_secrets_pkey" PRIMARY KEY ("name")
);

-- What a person wrote with a secret in it, sealed until its program has it; beside it stands the text without the secret.
ALTER TABLE "runners" ADD COLUMN "prompt_sealed" BYTEA;
ALTER TABLE "runner_prompts" ADD COLUMN "text_sealed" BYTEA;
ALTER TABLE "approvals" ADD COLUMN "answer_sealed" BYTEA;
