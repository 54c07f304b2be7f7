import type pg from 'pg'
import type { Database } from './database'

/** Whoever asks whether it is there waits no longer than this: a machine that hangs is away, too. */
const ANSWER_TIMEOUT_MS = 2_000

/** Milliseconds until the database answered, or null when it did not, or not in time. Never throws. */
export async function databaseAnswers(
  db: Pick<Database, 'pool'>,
  monotonicMs: () => number,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<number | null> {
  const asked = monotonicMs()
  const question: pg.QueryConfig & { query_timeout: number } = { text: 'SELECT 1', query_timeout: timeoutMs }
  let timer: NodeJS.Timeout | undefined
  // The query's own time-out begins when it has a connection; getting one may take longer.
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null)
  })
  const answered = db.pool.query(question).then(
    () => monotonicMs() - asked,
    // The reason may hold host and user; the log of the failing calls has it.
    () => null,
  )
  const result = await Promise.race([answered, late])
  clearTimeout(timer)
  return result
}
