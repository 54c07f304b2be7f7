import { afterEach, beforeEach, expect, it } from 'vitest'
import type { OutgoingMessage, PublishFailure } from '@/server/core/ports/broker'
import { ACCEPT, createFakeBroker, refuse } from '../../support/fake-broker'
import { waitUntil } from '../../support/wait-until'
import { type OutboxTest, seededRandom, startOutboxTest } from './outbox-test'

let test: OutboxTest
beforeEach(async () => {
  test = await startOutboxTest()
})
afterEach(() => test.stop())

const PUBLISHERS = 3
const AGGREGATES = 12
const EVENTS = 600
/** Fewer than the shortest way to a parked event would need. */
const NEVER_PARKED = 1_000
const FAILURES: PublishFailure[] = ['nacked', 'returned', 'timeout', 'channel_closed', 'connection_lost', 'blocked']

/** Ids of each aggregate in the order of their first delivery. */
function firstDeliveries(messages: readonly OutgoingMessage[], aggregateOf: ReadonlyMap<string, string>) {
  const order = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { id } of messages) {
    if (seen.has(id)) continue
    seen.add(id)
    const aggregate = aggregateOf.get(id) ?? ''
    order.set(aggregate, [...(order.get(aggregate) ?? []), id])
  }
  return order
}

it.each([1, 2, 3])(
  'keeps the order of each aggregate with three publishers, random failures and killed connections (seed %i)',
  async (seed) => {
    const random = seededRandom(seed)
    const aggregates = Array.from({ length: EVENTS }, () => `a${Math.floor(random() * AGGREGATES)}`)
    // One broker for all publishers: it sees the order in which things arrive.
    const broker = createFakeBroker(async () => {
      // Answers come in any order across aggregates.
      for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await new Promise(setImmediate)
      if (random() < 0.15) return refuse(FAILURES[Math.floor(random() * FAILURES.length)] ?? 'nacked')
      if (random() < 0.01) await killSome()
      return ACCEPT
    })
    const killSome = () =>
      test.db.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid() LIMIT 1`,
      )
    const publishers = Array.from({ length: PUBLISHERS }, () =>
      test.publisher(broker, { maxRefusals: NEVER_PARKED, claimLimits: { batch: 25, chain: 4 } }),
    )
    const ids: string[] = []
    // Appended in pieces while they publish, as commits come.
    for (let at = 0; at < EVENTS; at += 50) {
      ids.push(...(await test.append(aggregates.slice(at, at + 50))))
      for (const publisher of publishers) publisher.wake()
    }
    await waitUntil(
      'all is published',
      async () => {
        for (const publisher of publishers) publisher.wake()
        return (await test.pending()) === 0
      },
      50_000,
    )
    const aggregateOf = new Map(ids.map((id, i) => [id, aggregates[i] ?? '']))
    const expected = new Map<string, string[]>()
    ids.forEach((id, i) => {
      const aggregate = aggregates[i] ?? ''
      expected.set(aggregate, [...(expected.get(aggregate) ?? []), id])
    })
    const delivered = firstDeliveries(broker.accepted, aggregateOf)
    for (const [aggregate, order] of expected)
      expect(delivered.get(aggregate), `seed ${seed}, ${aggregate}`).toEqual(order)
    // Exactly what was committed, nothing besides.
    expect(new Set(broker.accepted.map(({ id }) => id))).toEqual(new Set(ids))
  },
)

it('publishes no row twice with three publishers when nothing fails', async () => {
  const broker = createFakeBroker(async () => {
    await new Promise(setImmediate)
    return ACCEPT
  })
  const random = seededRandom(7)
  const ids = await test.append(Array.from({ length: 2_000 }, () => `a${Math.floor(random() * 200)}`))
  for (let i = 0; i < PUBLISHERS; i += 1) test.publisher(broker, { claimLimits: { batch: 40, chain: 5 } })
  await waitUntil('all is published', async () => (await test.pending()) === 0, 50_000)
  expect(broker.tried).toHaveLength(ids.length)
  expect(broker.accepted.map(({ id }) => id).sort()).toEqual([...ids].sort())
})
