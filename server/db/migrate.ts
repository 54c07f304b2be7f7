import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { MigrationError } from './migration-error'

/** The advisory lock that `prisma migrate` takes too, so that the two exclude each other. */
const PRISMA_LOCK = 72_707_369
/** How long another migrator may hold it: our migrations take seconds. */
const LOCK_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 10_000

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`

interface Migration {
  name: string
  sql: string
  checksum: string
}

interface AppliedMigration {
  migration_name: string
  finished_at: Date | null
  checksum: string
}

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const raw = readFileSync(join(directory, name, 'migration.sql'))
      return { name, sql: raw.toString('utf8'), checksum: createHash('sha256').update(raw).digest('hex') }
    })
}

/** Refuses a database that is in use by something else: our tables would mix with theirs. */
async function refuseForeignSchema(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ ours: boolean; tables: string[] | null }>(
    `SELECT bool_or(tablename = '_prisma_migrations') AS ours, (array_agg(tablename::text ORDER BY tablename))[1:3] AS tables
       FROM pg_tables WHERE schemaname = 'public'`,
  )
  const [found] = rows
  if (found === undefined || found.tables === null || found.ours) return
  throw new MigrationError(
    `the database is not empty and not Stratavore's: it has tables such as ${found.tables.join(', ')} (P3005); ` +
      'set DATABASE_URL to an empty database',
  )
}

function planMigrations(applied: readonly AppliedMigration[], known: readonly Migration[]): Migration[] {
  const failed = applied.find((row) => row.finished_at === null)
  if (failed !== undefined) {
    throw new MigrationError(
      `migration ${failed.migration_name} was begun by "prisma migrate" and did not finish; look at what it left, then ` +
        `run "npx prisma migrate resolve --rolled-back ${failed.migration_name}" (or --applied) and start again`,
    )
  }
  const checksums = new Map(applied.map((row) => [row.migration_name, row.checksum]))
  for (const { name, checksum } of known) {
    const before = checksums.get(name)
    if (before !== undefined && before !== checksum) {
      throw new MigrationError(`migration ${name} was changed after it had been applied; restore the file`)
    }
  }
  const newer = applied.find((row) => !known.some(({ name }) => name === row.migration_name))
  if (newer !== undefined) {
    throw new MigrationError(
      `the database was migrated by another version of Stratavore (${newer.migration_name} is not known here); ` +
        'start that version, or update this one',
    )
  }
  return known.filter(({ name }) => !checksums.has(name))
}

/**
 * One migration with its record in one transaction: killed in the middle, it never was. The many statements of the
 * file go over the simple protocol.
 */
async function applyMigration(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // The connection may be what failed; the transaction is gone with it then.
    await client.query('ROLLBACK').catch(() => undefined)
    throw new MigrationError(`migration ${name} failed and was rolled back: ${reason}`, { cause: error })
  }
}

async function takeLock(client: pg.Client): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`)
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK])
  } catch (error) {
    throw new MigrationError(`another migration of this database has been running for ${LOCK_TIMEOUT_MS / 1000} s`, {
      cause: error,
    })
  }
  await client.query('SET lock_timeout = 0')
}

/**
 * Applies the migrations of `directory` (Prisma's format) that the database lacks, and records them as `prisma migrate
 * deploy` would. Two at once: one migrates, the other waits and finds nothing to do. Returns the names applied.
 * Throws MigrationError for a foreign, a newer, an edited or a half-migrated schema and for a migration that fails.
 */
export async function migrate(databaseUrl: string, directory: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined) // The query under way, or the next one, fails with the same error.
  try {
    await client.connect()
    await takeLock(client)
    await refuseForeignSchema(client)
    await client.query(CREATE_TABLE)
    const { rows } = await client.query<AppliedMigration>(
      'SELECT migration_name, finished_at, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    )
    const pending = planMigrations(rows, readMigrations(directory))
    for (const migration of pending) await applyMigration(client, migration)
    return pending.map(({ name }) => name)
  } finally {
    await client.end().catch(() => undefined)
  }
}
