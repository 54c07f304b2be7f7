import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventEnvelope } from '@/contracts/event/envelope'
import type { OutgoingMessage } from '@/server/core/ports/broker'
import { ACCEPT, createFakeBroker, refuse } from '../../support/fake-broker'
import { waitUntil } from '../../support/wait-until'
import { type OutboxTest, startOutboxTest } from './outbox-test'

let test: OutboxTest
beforeEach(async () => {
  test = await startOutboxTest()
})
afterEach(() => test.stop())

const ids = (messages: readonly OutgoingMessage[]) => messages.map((message) => message.id)
const repeat = (count: number, name: (i: number) => string) => Array.from({ length: count }, (_, i) => name(i))
const allPublished = () => waitUntil('all is published', async () => (await test.pending()) === 0, 30_000)

it('publishes every row once, as an event others can read', async () => {
  const appended = await test.append(repeat(1_200, (i) => `a${i % 300}`))
  const broker = createFakeBroker()
  const publisher = test.publisher(broker)
  await allPublished()
  expect(ids(broker.accepted).sort()).toEqual([...appended].sort())
  for (const message of broker.accepted) {
    const event = eventEnvelope.parse(JSON.parse(message.body.toString()))
    expect(event.id).toBe(message.id)
  }
  await waitUntil('the batches are told', () => publisher.batches.reduce((sum, b) => sum + b.published, 0) === 1_200)
})

it('publishes what is appended after it was woken, without waiting for the poll', async () => {
  const broker = createFakeBroker()
  const publisher = test.publisher(broker)
  const startedMs = performance.now()
  for (let i = 0; i < 20; i += 1) {
    await test.append(['a'])
    publisher.wake()
    await waitUntil('it is published', () => broker.accepted.length === i + 1)
  }
  // The poll alone would take 20 × 5 s.
  expect(performance.now() - startedMs).toBeLessThan(30_000)
})

it('holds back later events of an aggregate whose event is refused, and no others', async () => {
  const [first, second, other] = await test.append(['a', 'a', 'b'])
  let refused = 0
  const broker = createFakeBroker((message) => (message.id === first && refused++ < 2 ? refuse('nacked') : ACCEPT))
  test.publisher(broker)
  await allPublished()
  expect(ids(broker.tried)).toEqual([first, other, first, first, second])
  const [row] = await test.rows()
  expect(row).toMatchObject({
    attempts: 3,
    refusals: 2,
    last_error: 'nacked: told to fail: nacked',
    next_attempt_at: null,
  })
})

it('parks an event that is refused too often, and goes on behind it', async () => {
  const [first, second] = await test.append(['a', 'a'])
  const broker = createFakeBroker((message) => (message.id === first ? refuse('returned') : ACCEPT))
  const publisher = test.publisher(broker)
  await allPublished()
  expect(ids(broker.accepted)).toEqual([second])
  expect(publisher.parked).toEqual([{ id: first, type: 'project.updated', error: 'returned: told to fail: returned' }])
  const [row] = await test.rows()
  expect(row).toMatchObject({ published_at: null, attempts: 3, refusals: 3 })
  expect(row?.dead_at).toBeInstanceOf(Date)
})

it('never parks an event because the broker is away', async () => {
  const [first] = await test.append(['a'])
  let lost = 0
  const broker = createFakeBroker(() => (lost++ < 8 ? refuse(lost % 2 === 0 ? 'blocked' : 'connection_lost') : ACCEPT))
  const publisher = test.publisher(broker)
  await allPublished()
  expect(publisher.parked).toEqual([])
  expect(ids(broker.accepted)).toEqual([first])
  expect((await test.rows())[0]).toMatchObject({ attempts: 9, refusals: 0 })
})

it('is not kept busy by an aggregate that waits, however many events it has', async () => {
  const many = await test.append(repeat(5_000, () => 'stuck'))
  await test.db.pool.query("UPDATE outbox_events SET next_attempt_at = now() + interval '1 hour' WHERE id = $1", [
    many[0],
  ])
  const others = await test.append(repeat(30, (i) => `free${i}`))
  const broker = createFakeBroker()
  test.publisher(broker, { claimLimits: { batch: 10, chain: 5 } })
  await waitUntil('the others are published', async () => (await test.pending()) === many.length)
  expect(ids(broker.accepted).sort()).toEqual([...others].sort())
})

it('lets others by while one aggregate has a long queue', async () => {
  const held: (() => void)[] = []
  const many = new Set(await test.append(repeat(2_000, () => 'long')))
  const others = await test.append(repeat(10, (i) => `short${i}`))
  // The long one's first event is not confirmed until the others are there.
  const broker = createFakeBroker(async (message) => {
    if (many.has(message.id)) await new Promise<void>((resolve) => held.push(resolve))
    return ACCEPT
  })
  const publisher = test.publisher(broker, { claimLimits: { batch: 20, chain: 5 } })
  await waitUntil('the others are published', () => broker.accepted.length === others.length)
  expect(broker.tried.filter((message) => many.has(message.id))).toHaveLength(1)
  const stopped = publisher.stop(10_000)
  for (const release of held) release()
  await stopped
})

it('claims nothing, and holds no transaction, while the broker is not ready', async () => {
  const broker = createFakeBroker()
  broker.setState('connecting')
  const publisher = test.publisher(broker)
  const appended = await test.append(['a', 'b'])
  publisher.wake()
  expect(await publisher.flush(50)).toBe(false)
  const { rows } = await test.db.pool.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
  )
  expect(rows).toEqual([])
  expect((await test.rows()).map((row) => row.attempts)).toEqual([0, 0])
  broker.setState('blocked')
  broker.setState('ready')
  await allPublished()
  expect(ids(broker.accepted).sort()).toEqual([...appended].sort())
})

it('stops trying the rest of a batch once the broker is not ready', async () => {
  await test.append(repeat(10, () => 'a'))
  const broker = createFakeBroker(() => {
    if (broker.tried.length === 3) broker.setState('blocked')
    return ACCEPT
  })
  test.publisher(broker)
  await waitUntil('the batch is marked', async () => (await test.pending()) === 7)
  expect((await test.rows()).map((row) => row.attempts)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
})

it('flushes what is due before it stops', async () => {
  await test.append(repeat(300, (i) => `a${i % 7}`))
  const broker = createFakeBroker()
  const publisher = test.publisher(broker)
  expect(await publisher.flush(30_000)).toBe(true)
  expect(await test.pending()).toBe(0)
  await publisher.stop(1_000)
  await test.append(['late'])
  publisher.wake()
  expect(broker.accepted).toHaveLength(300)
})

it('stops in its grace though the broker never answers; the rows stay and another publisher delivers them', async () => {
  const appended = await test.append(['a', 'b', 'b'])
  const silent = createFakeBroker(() => new Promise(() => undefined))
  const publisher = test.publisher(silent)
  await waitUntil('it waits for confirms', () => silent.tried.length === 2)
  await publisher.stop(100)
  expect((await test.rows()).map((row) => row.attempts)).toEqual([0, 0, 0])
  const broker = createFakeBroker()
  test.publisher(broker)
  await allPublished()
  expect(ids(broker.accepted).sort()).toEqual([...appended].sort())
})

it('delivers again under the same id when its connection dies between confirm and commit', async () => {
  const appended = await test.append(['a', 'a', 'b'])
  let killed = false
  const broker = createFakeBroker(async () => {
    if (!killed && broker.tried.length === 2) {
      killed = true
      await killBatches()
    }
    return ACCEPT
  })
  const publisher = test.publisher(broker)
  await allPublished()
  expect(new Set(ids(broker.accepted))).toEqual(new Set(appended))
  expect(broker.accepted.length).toBeGreaterThan(appended.length)
  expect(publisher.failures.length).toBeGreaterThan(0)
})

/** Ends every connection that waits in a transaction: publishers between claim and mark. */
async function killBatches(): Promise<void> {
  const { rows } = await test.db.pool.query<{ killed: boolean }>(
    `SELECT pg_terminate_backend(pid, 5000) AS killed FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`,
  )
  expect(rows.some((row) => row.killed)).toBe(true)
}

it('survives that its database does not answer for a while', async () => {
  const broker = createFakeBroker()
  const publisher = test.publisher(broker)
  const own = `ALTER TABLE outbox_events RENAME`
  await test.db.pool.query(`${own} TO outbox_away`)
  publisher.wake()
  await waitUntil('it failed more than once', () => publisher.failures.length >= 2)
  await test.db.pool.query('ALTER TABLE outbox_away RENAME TO outbox_events')
  const appended = await test.append(['a'])
  await allPublished()
  expect(ids(broker.accepted)).toEqual(appended)
})
