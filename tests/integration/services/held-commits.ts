import { waitUntil } from '../../support/wait-until'
import type { ServiceTest } from './service-test'

/** What became of a call: `ok`, or the code it was refused with. */
const outcomeOf = (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'ok',
    (error: { code?: unknown }) => String(error.code ?? error),
  )

/**
 * Runs two changes so that the first has done all but its audit row when the second begins: another connection holds the end
 * of the audit chain until both wait, the first for that and the second for that or for the first.
 */
export async function overlap(
  test: ServiceTest,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<[first: string, second: string]> {
  const holder = await test.ctx.db.pool.connect()
  const waiting = (count: number) =>
    waitUntil(`${count} wait`, async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      return (await test.query(sql)).length === count
    })
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM audit_tip FOR UPDATE')
    const one = outcomeOf(first)
    await waiting(1)
    const other = outcomeOf(second)
    await waiting(2)
    await holder.query('COMMIT')
    return await Promise.all([one, other])
  } finally {
    holder.release(true)
  }
}
