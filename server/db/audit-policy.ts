import pg from 'pg'

const CONNECT_TIMEOUT_MS = 10_000

/**
 * Sets for how many days audit rows are kept at least; null: for ever. Takes the owner of the tables: the application's own
 * role can read it and not change it, so that it prunes by this rule or not at all.
 */
export async function setAuditRetention(ownerUrl: string, days: number | null): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined) // The query under way, or the next one, fails with the same error.
  await client.connect()
  try {
    await client.query('UPDATE audit_policy SET retention_days = $1 WHERE id = 1', [days])
  } finally {
    await client.end().catch(() => undefined)
  }
}
