import type pg from 'pg'
import type { Database } from '../db/database'

/** A query that takes longer than a scrape waits is given up, and its connection with it. */
const QUERY_TIMEOUT_MS = 5_000

/** Reads rows for a scrape, outside any transaction. */
export async function readRows<Row extends pg.QueryResultRow>(
  db: Pick<Database, 'pool'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const query: pg.QueryConfig & { query_timeout: number } = {
    text,
    values: [...values],
    query_timeout: QUERY_TIMEOUT_MS,
  }
  return (await db.pool.query<Row>(query)).rows
}
