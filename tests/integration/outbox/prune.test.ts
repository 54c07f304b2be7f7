import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '@/server/core/clock'
import { pruneConsumed, pruneEvents } from '@/server/outbox/prune'
import { startPruner } from '@/server/outbox/pruner'
import { waitUntil } from '../../support/wait-until'
import { type OutboxTest, startOutboxTest } from './outbox-test'

let test: OutboxTest
beforeEach(async () => {
  test = await startOutboxTest()
})
afterEach(() => test.stop())

const NOW = new Date('2026-06-01T00:00:00Z')
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000)

/** Appends `count` events made so many days ago, and delivered then unless something else is said. */
async function age(count: number, days: number, set: { published?: Date | null; dead?: Date } = {}): Promise<string[]> {
  const ids = await test.append(Array.from({ length: count }, () => 'a'))
  await test.db.pool.query(
    'UPDATE outbox_events SET occurred_at = $2, published_at = $3, dead_at = $4 WHERE id = ANY($1)',
    [ids, daysAgo(days), set.published === undefined ? daysAgo(days) : set.published, set.dead ?? null],
  )
  return ids
}

const left = async () => (await test.rows()).map(({ id }) => id)

async function pruneAll(before: Date): Promise<number[]> {
  const batches: number[] = []
  for (let at = { seq: '0', done: false, deleted: 0 }; !at.done; ) {
    at = await pruneEvents(test.db, before, at.seq)
    batches.push(at.deleted)
  }
  return batches
}

it('deletes what was delivered before the limit, in batches, and nothing else', async () => {
  const dead = await age(1_500, 200, { published: null, dead: daysAgo(199) })
  await age(2_200, 100)
  const late = await age(3, 100, { published: daysAgo(1) })
  const waiting = await age(2, 100, { published: null })
  await age(400, 95)
  const young = await age(50, 10)
  const batches = await pruneAll(daysAgo(90))
  expect(await left()).toEqual([...dead, ...late, ...waiting, ...young])
  // What is kept at the head is looked at once, and no batch is larger than a thousand.
  expect(batches).toEqual([0, 500, 1_000, 995, 105])
  expect(batches.reduce((sum, deleted) => sum + deleted, 0)).toBe(2_600)
  expect(Math.max(...batches)).toBeLessThanOrEqual(1_000)
})

it('does not walk past the first event that is too young to have been delivered before the limit', async () => {
  await age(10, 100)
  await age(3_000, 10)
  expect(await pruneAll(daysAgo(90))).toEqual([10])
})

it('forgets what consumers have acted on, by age', async () => {
  const remember = (days: number, count: number) =>
    test.db.pool.query(
      'INSERT INTO consumed_events (consumer, event_id, consumed_at) SELECT $1, gen_random_uuid(), $2 FROM generate_series(1, $3)',
      ['c', daysAgo(days), count],
    )
  await remember(100, 1_200)
  await remember(10, 5)
  expect(await pruneConsumed(test.db, daysAgo(90))).toEqual({ deleted: 1_000, done: false })
  expect(await pruneConsumed(test.db, daysAgo(90))).toEqual({ deleted: 200, done: true })
  const { rows } = await test.db.pool.query('SELECT count(*)::int AS n FROM consumed_events')
  expect(rows).toEqual([{ n: 5 }])
})

it('prunes every hour, goes on after a failure, and stops', async () => {
  const due: { ms: number; work: () => void }[] = []
  const rounds: unknown[] = []
  const failures: unknown[] = []
  const pruner = startPruner({
    db: test.db,
    retentionDays: 90,
    clock: { ...systemClock, now: () => NOW },
    scheduler: {
      after: (ms, work) => {
        due.push({ ms, work })
        return () => undefined
      },
    },
    observer: { pruned: (deleted) => rounds.push(deleted), failed: (error) => failures.push(error) },
  })
  /** Lets time pass until a wait of at least a minute begins. */
  const untilRest = async () => {
    const first = due.shift()
    first?.work()
    for (;;) {
      const next = await waitUntil('it waits', () => due[0])
      if (next.ms >= 60_000) return next.ms
      due.shift()
      next.work()
    }
  }
  await age(1_300, 100)
  await test.db.pool.query('INSERT INTO consumed_events VALUES ($1, $2, $3)', ['c', randomUUID(), daysAgo(100)])
  expect(due[0]?.ms).toBe(60_000)
  expect(await untilRest()).toBe(3_600_000)
  expect(rounds).toEqual([{ events: 1_300, consumed: 1 }])
  await test.db.pool.query('ALTER TABLE outbox_events RENAME TO away')
  await untilRest()
  expect(failures).toHaveLength(1)
  await test.db.pool.query('ALTER TABLE away RENAME TO outbox_events')
  await untilRest()
  expect(rounds).toHaveLength(2)
  await pruner.stop()
})
