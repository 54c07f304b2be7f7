-- Which passkey or which identity of a provider a browser session was opened with: it ends with that.
ALTER TABLE "web_sessions" ADD COLUMN "passkey_id" UUID;
ALTER TABLE "web_sessions" ADD COLUMN "external_identity_id" UUID;

-- Of those that are open already the audit log tells.
UPDATE "web_sessions" AS s SET "passkey_id" = p."id"
  FROM "audit_events" AS a JOIN "passkeys" AS p ON p."id"::text = a."data" ->> 'passkeyId'
 WHERE a."action" = 'auth.sign_in' AND a."data" ->> 'webSessionId' = s."id"::text
   AND s."method" = 'passkey' AND s."revoked_at" IS NULL;
UPDATE "web_sessions" AS s SET "external_identity_id" = i."id"
  FROM "audit_events" AS a
  JOIN "external_identities" AS i ON i."issuer" = a."data" ->> 'issuer' AND i."subject" = a."data" ->> 'subject'
 WHERE a."action" = 'auth.sign_in' AND a."data" ->> 'webSessionId' = s."id"::text
   AND s."method" = 'oidc' AND s."revoked_at" IS NULL;

CREATE INDEX "web_sessions_passkey_id_idx" ON "web_sessions"("passkey_id");
CREATE INDEX "web_sessions_external_identity_id_idx" ON "web_sessions"("external_identity_id");
ALTER TABLE "web_sessions" ADD CONSTRAINT "web_sessions_passkey_id_fkey" FOREIGN KEY ("passkey_id") REFERENCES "passkeys"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "web_sessions" ADD CONSTRAINT "web_sessions_external_identity_id_fkey" FOREIGN KEY ("external_identity_id") REFERENCES "external_identities"("id") ON DELETE SET NULL ON UPDATE CASCADE;
