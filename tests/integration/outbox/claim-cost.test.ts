import { afterAll, beforeAll, expect, it } from 'vitest'
import { withBatchConnection } from '@/server/outbox/batch-connection'
import { claimBatch } from '@/server/outbox/claim-batch'
import { type OutboxTest, startOutboxTest } from './outbox-test'

const DELIVERED = 200_000
const LIMITS = { batch: 100, chain: 10 }

let test: OutboxTest
beforeAll(async () => {
  test = await startOutboxTest()
})
afterAll(() => test.stop())

/** Blocks of the table and its indexes that a claim touches, which unlike time is the same on any machine. */
async function blocksOfClaim(): Promise<number> {
  const giveUp = new AbortController()
  return withBatchConnection(test.db, giveUp.signal, async (connection) => {
    const touched = async () => {
      await connection.query('SELECT pg_stat_force_next_flush()', [])
      const [row] = await connection.query<{ n: number }>(
        `SELECT (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::int AS n
           FROM pg_statio_user_tables WHERE relname = 'outbox_events'`,
        [],
      )
      return row?.n ?? 0
    }
    const before = await touched()
    const claim = await claimBatch(connection, [], LIMITS)
    expect(claim.events).toHaveLength(LIMITS.batch)
    await connection.rollback()
    return (await touched()) - before
  })
}

/** What `EXPLAIN` would warn of: the claim must not read the whole table, whatever the statistics say. */
const fill = (published: boolean, count: number, aggregates: number) =>
  test.db.pool.query(
    `INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, actor_kind, actor_name, data,
                                occurred_at, published_at)
     SELECT gen_random_uuid(), 'project.updated', 'k', 'project', 'a' || i % $2, 'daemon', 'daemon', '{}', now(),
            CASE WHEN $3 THEN now() END
       FROM generate_series(1, $1) AS i`,
    [count, aggregates, published],
  )

it('costs the same with many delivered rows, and with statistics from before they came', async () => {
  // Its own reading would be counted too.
  await test.db.pool.query('ALTER TABLE outbox_events SET (autovacuum_enabled = false)')
  await fill(false, 1_000, 500)
  await test.db.pool.query('VACUUM ANALYZE outbox_events')
  const alone = await blocksOfClaim()
  await fill(true, DELIVERED, 1_000)
  const outdated = await blocksOfClaim()
  await test.db.pool.query('VACUUM ANALYZE outbox_events')
  const known = await blocksOfClaim()
  expect(alone).toBeGreaterThan(LIMITS.batch)
  // The indexes grow by a level or two; the table by thousands of blocks.
  expect({ alone, outdated, known }).toSatisfy(() => outdated < alone * 2 && known < alone * 2)
})

it('stays cheap with 20,000 waiting, of many aggregates or of one', async () => {
  for (const aggregates of [20_000, 50, 1]) {
    await test.db.pool.query('TRUNCATE outbox_events')
    // As after an outage: the statistics know nothing of what waits.
    await fill(true, 1_000, 10)
    await test.db.pool.query('VACUUM ANALYZE outbox_events')
    await fill(false, 20_000, aggregates)
    const limits = { batch: 100, chain: aggregates === 1 ? 100 : 10 }
    const startedMs = performance.now()
    await withBatchConnection(test.db, new AbortController().signal, async (connection) => {
      expect((await claimBatch(connection, [], limits)).events).toHaveLength(100)
      await connection.rollback()
    })
    // A quadratic plan took 10 to 20 s here; this takes 20 ms.
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  }
})
