import type pg from 'pg'
import type { Database } from '../db/database'

/** A statement of the publisher takes milliseconds; one that takes this long is stuck. */
const QUERY_TIMEOUT_MS = 10_000
/**
 * A publisher that is stopped in the middle of a batch (SIGSTOP, a frozen machine) must not keep its rows from others:
 * after this Postgres ends its transaction. Longer than any batch takes.
 */
const IDLE_IN_TRANSACTION_MS = 90_000

/**
 * Marking is repeatable (an event published twice has the same id), so its commit need not wait for the disk. The
 * planner is kept from reading the whole table when its statistics are out of date.
 */
const BEGIN = `BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off;
SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`

/** A connection of the pool, held for one batch. */
export interface BatchConnection {
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>
  begin(): Promise<void>
  /** All that was claimed is free again if this fails, or was never held longer than this. */
  commit(): Promise<void>
  rollback(): Promise<void>
  /** The connection is gone, and the locks of its transaction with it. */
  lost(): boolean
}

/**
 * Runs `work` on a connection of its own. One that fails is not used again: what it still does is unknown. When
 * `giveUp` aborts, the connection is cut and every later statement fails; Postgres rolls back.
 */
export async function withBatchConnection<T>(
  db: Pick<Database, 'pool'>,
  giveUp: AbortSignal,
  work: (connection: BatchConnection) => Promise<T>,
): Promise<T> {
  giveUp.throwIfAborted()
  const client = await db.pool.connect()
  let lost = false
  let released = false
  // Without a listener the loss of a connection that waits for confirms would end the process.
  const onError = () => {
    lost = true
  }
  client.on('error', onError)
  const release = (reusable: boolean) => {
    if (released) return
    released = true
    client.release(!reusable)
    if (reusable) client.off('error', onError)
  }
  const cut = () => {
    lost = true
    release(false)
  }
  giveUp.addEventListener('abort', cut)
  const query = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> => {
    giveUp.throwIfAborted()
    const config: pg.QueryConfig & { query_timeout: number } = { text, values, query_timeout: QUERY_TIMEOUT_MS }
    return (await client.query<Row>(config)).rows
  }
  const simply = async (text: string) => {
    await query(text)
  }
  let failed = true
  try {
    const result = await work({
      query,
      begin: () => simply(BEGIN),
      commit: () => simply('COMMIT'),
      rollback: () => simply('ROLLBACK'),
      lost: () => lost,
    })
    failed = false
    return result
  } finally {
    giveUp.removeEventListener('abort', cut)
    release(!failed && !lost)
  }
}
