import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import pg from 'pg'

const CONNECT_TIMEOUT_MS = 10_000
/** As Postgres itself makes them (src/include/common/scram-common.h). */
const SCRAM_ITERATIONS = 4_096

/** Two that start at once wait for each other: grants of the same tables at the same time fail. */
const LOCK = 'stratavore-application-role'

/** What the application may do with the tables that only grow; with all others it may do everything. */
const AUDIT_GRANTS = [
  'REVOKE ALL ON audit_events, audit_tip, audit_checkpoints, audit_policy, _prisma_migrations FROM %role',
  'GRANT SELECT, INSERT ON audit_events TO %role',
  'GRANT SELECT, UPDATE ON audit_tip TO %role',
  'GRANT SELECT ON audit_checkpoints, audit_policy, _prisma_migrations TO %role',
  'GRANT EXECUTE ON FUNCTION audit_prune(BIGINT, TIMESTAMPTZ, TEXT, BYTEA) TO %role',
]
const GRANTS = [
  'GRANT USAGE ON SCHEMA public TO %role',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %role',
  'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %role',
  ...AUDIT_GRANTS,
]

/** A password as Postgres stores it, so that no statement and no log of the server ever holds it (RFC 5803). */
function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}

async function connectAs(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined) // The query under way, or the next one, fails with the same error.
  await client.connect()
  return client
}

/** Makes the role and sets what it may, in one transaction. Returns its name. */
async function makeRole(client: pg.Client, password: string): Promise<string> {
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [LOCK])
  const { rows } = await client.query<{ role: string; there: boolean }>(
    `SELECT role, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) AS there
       FROM (SELECT 'stratavore_app_' || oid AS role FROM pg_database WHERE datname = current_database()) AS named`,
  )
  const [found] = rows
  if (found === undefined) throw new Error('pg_database does not know the database of this connection')
  const { role } = found
  const salt = createHash('sha256').update(`${role}\0${password}`).digest().subarray(0, 16)
  const verifier = scramVerifier(password, salt)
  await client.query(
    found.there
      ? `ALTER ROLE ${role} PASSWORD '${verifier}'`
      : `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD '${verifier}'`,
  )
  for (const grant of GRANTS) await client.query(grant.replace('%role', role))
  await client.query('COMMIT')
  return role
}

/** What the application connects as; without a role of its own, the reason. */
export type ApplicationDatabase = { url: string; refused: null } | { url: string; refused: string }

/**
 * The connection string for web and daemon: of a role that can only add to the audit log and read it, made here, once
 * the database is migrated. Its password is derived from a key of the installation: every home with that key has the same
 * role. Where the user of `ownerUrl` may not make roles, or the server does not let the new one in, it stays `ownerUrl`.
 */
export async function applicationDatabase(ownerUrl: string, key: Buffer): Promise<ApplicationDatabase> {
  const password = createHmac('sha256', key).update('application-role').digest('base64url')
  const owner = await connectAs(ownerUrl)
  try {
    const url = new URL(ownerUrl)
    url.username = await makeRole(owner, password)
    url.password = password
    const application = await connectAs(url.href)
    await application.end()
    return { url: url.href, refused: null }
  } catch (error) {
    return { url: ownerUrl, refused: error instanceof Error ? error.message : String(error) }
  } finally {
    await owner.end().catch(() => undefined)
  }
}
