import type { DatabaseProbe } from '../api/database-facts'

/** Tables that change by themselves while runners live. */
const BUSY_TABLES: ReadonlySet<string> = new Set([
  'runner_vitals',
  'nodes',
  'agents',
  'daemon_lease',
  'consumed_events',
  'transcript_files',
])

/** A call that takes long, such as one that hashes, has more happening beside it. */
const REPEATS = 10

/**
 * Whether what was just done since `before` has changed a table: something else may have happened beside it, and what it
 * changes itself it changes each time it is done again.
 */
export async function changesEachTime(
  state: () => Promise<string>,
  before: string,
  again: () => Promise<unknown>,
): Promise<boolean> {
  if ((await state()) === before) return false
  for (let tried = 0; tried < REPEATS; tried += 1) {
    const calm = await state()
    await again()
    if ((await state()) === calm) return false
  }
  return true
}

/** What is in the tables but `without`: how many rows, and their contents. */
export async function watchTables(
  database: DatabaseProbe,
  without: readonly string[] = [],
): Promise<() => Promise<string>> {
  const { rows: found } = await database.query(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  )
  const tables = found
    .map((row: { tablename: string }) => row.tablename)
    .filter((name) => !BUSY_TABLES.has(name) && !without.includes(name))
  // When a credential was last used, and when an earlier event left, is no change that a call asked for.
  const hashes = tables.map(
    (table) =>
      `(SELECT count(*) || ':' || coalesce(sum(hashtext((to_jsonb(t) - 'last_used_at' - 'last_seen_at' - 'updated_at' - 'published_at')::text)), 0) FROM "${table}" t)`,
  )
  return async () => {
    const { rows } = await database.query(`SELECT ${hashes.map((hash, i) => `${hash} AS "${tables[i]}"`).join(', ')}`)
    return JSON.stringify(rows[0])
  }
}

/** What is in the tables by a look at all of them, but in these. */
export function withoutTables(state: string, tables: readonly string[]): string {
  const contents = Object.entries(JSON.parse(state) as Record<string, string>)
  return JSON.stringify(contents.filter(([table]) => !tables.includes(table)))
}
