import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { AmqpTimings } from '@/server/adapters/amqp/timings'
import { type Broker, EVENTS_EXCHANGE, queueNames } from '@/server/core/ports/broker'
import { updateProject } from '@/server/services/project/update-project'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq'
import { waitUntil } from '../../support/wait-until'
import { openTestBroker } from '../broker/amqp-test'
import { ready, record } from '../broker/broker-test'
import { type OutboxTest, outboxOn, startOutboxTest } from '../outbox/outbox-test'
import { type ServiceTest, startServiceTest } from '../services/service-test'

const QUEUE = 'stratavore.daemon.events'
/** Bound for what waits for the broker's own start. */
const PATIENCE_MS = 90_000
const AGGREGATES = 20

vi.setConfig({ testTimeout: 4 * PATIENCE_MS })

let rabbit: RabbitMq
let vhost: string
let url: string
let test: OutboxTest
const opened: Broker[] = []

beforeAll(async () => {
  rabbit = await startRabbitMq()
})
afterAll(() => rabbit.stop())
beforeEach(async () => {
  vhost = `test-${randomUUID()}`
  await rabbit.management.createVhost(vhost)
  url = rabbit.urlOf(vhost)
  test = await startOutboxTest()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((broker) => broker.close()))
  await test.stop()
  await rabbit.management.deleteVhost(vhost)
})

function open(timings: Partial<AmqpTimings> = {}): Broker {
  const broker = openTestBroker(url, { timings })
  opened.push(broker)
  return broker
}

const some = (count: number) => Array.from({ length: count }, (_, i) => `a${i % AGGREGATES}`)
const drained = (outbox: Pick<OutboxTest, 'pending'> = test) =>
  waitUntil('the outbox is empty', async () => (await outbox.pending()) === 0, PATIENCE_MS)

/** O1: the consumer has got exactly what was committed, each event at least once. */
async function sameSet(consumer: ReturnType<typeof record>, committed: readonly string[]): Promise<void> {
  const got = () => new Set(consumer.got.map(({ id }) => id))
  await waitUntil('the consumer has everything', () => got().size >= committed.length, PATIENCE_MS)
  expect(got()).toEqual(new Set(committed))
}

it('delivers everything that was committed while RabbitMQ was killed and away; changes go on meanwhile', async () => {
  const services: ServiceTest = await startServiceTest()
  const outbox = outboxOn(services.ctx.db)
  const broker = open()
  try {
    const consumer = record(broker, QUEUE)
    const publisher = outbox.publisher(broker)
    await services.project('p')
    let changes = 0
    let writing = true
    const writer = (async () => {
      while (writing) {
        await updateProject(services.ctx, { project: 'p', description: `change ${changes}` })
        changes += 1
        publisher.wake()
      }
    })()
    // Load before, during and after; a change that failed would end the writer, which is awaited.
    await waitUntil('it is delivered', () => consumer.got.length > 20, PATIENCE_MS)
    await rabbit.kill9()
    const atKill = changes
    await waitUntil('changes go on', () => changes > atKill + 200, PATIENCE_MS)
    expect(await outbox.pending()).toBeGreaterThan(0)
    await rabbit.start()
    await waitUntil('changes go on', () => changes > atKill + 300, PATIENCE_MS)
    writing = false
    await writer
    await drained(outbox)
    const rows = await outbox.rows()
    expect(rows.every((row) => row.published_at !== null && row.dead_at === null && row.refusals === 0)).toBe(true)
    await sameSet(
      consumer,
      rows.map(({ id }) => id),
    )
  } finally {
    await broker.close()
    await outbox.stopPublishers()
    await services.stop()
  }
})

it('keeps what no queue is bound for, and delivers it once one is', async () => {
  const broker = open()
  await ready(broker)
  for (const queue of queueNames) await rabbit.management.deleteQueue(vhost, queue)
  const publisher = test.publisher(broker, { maxRefusals: 1_000 })
  const ids = await test.append(some(20))
  publisher.wake()
  await waitUntil(
    'they were returned',
    async () => (await test.rows()).some(({ refusals }) => refusals > 1),
    PATIENCE_MS,
  )
  expect((await test.rows()).every(({ published_at }) => published_at === null)).toBe(true)
  expect((await test.rows())[0]?.last_error).toMatch(/^returned: /)
  // Another daemon declares the queues again.
  const consumer = record(open(), QUEUE)
  await drained()
  await sameSet(consumer, ids)
})

it('parks what is refused to the end, and goes on with the rest', async () => {
  const broker = open()
  await ready(broker)
  for (const queue of queueNames) await rabbit.management.deleteQueue(vhost, queue)
  const publisher = test.publisher(broker, { maxRefusals: 2 })
  const ids = await test.append(['a', 'a', 'b'])
  publisher.wake()
  await waitUntil(
    'all are parked',
    async () => (await test.rows()).every(({ dead_at }) => dead_at !== null),
    PATIENCE_MS,
  )
  expect(publisher.parked.map(({ id }) => id).sort()).toEqual([...ids].sort())
})

it('gets over an exchange that is deleted under load', async () => {
  const broker = open()
  const consumer = record(broker, QUEUE)
  const publisher = test.publisher(broker, { maxRefusals: 1_000 })
  const ids = await test.append(some(200))
  await waitUntil('some are delivered', () => consumer.got.length > 0, PATIENCE_MS)
  await rabbit.management.deleteExchange(vhost, EVENTS_EXCHANGE)
  ids.push(...(await test.append(some(200))))
  publisher.wake()
  // The queues are bound again by whoever opens the topology anew.
  await drained()
  await sameSet(consumer, ids)
})

it('stops in its grace while RabbitMQ blocks publishers, and the rows keep what it left', async () => {
  const broker = open({ confirmMs: PATIENCE_MS })
  const consumer = record(broker, QUEUE)
  const publisher = test.publisher(broker)
  await ready(broker)
  await rabbit.setMemoryAlarm(true)
  try {
    const ids = await test.append(some(50))
    publisher.wake()
    await waitUntil('it is blocked', () => broker.status().state === 'blocked', PATIENCE_MS)
    const startedMs = performance.now()
    await publisher.flush(500)
    await publisher.stop(500)
    await broker.close()
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    // RabbitMQ tells its connections of the alarm one after the other: what was confirmed before that is no row any more.
    expect(await test.pending()).toBeGreaterThan(0)
    await rabbit.setMemoryAlarm(false)
    const next = open()
    const again = record(next, QUEUE)
    test.publisher(next)
    await drained()
    await waitUntil('they arrive', () => again.got.length + consumer.got.length >= ids.length, PATIENCE_MS)
    expect(new Set([...consumer.got, ...again.got].map(({ id }) => id))).toEqual(new Set(ids))
  } finally {
    await rabbit.setMemoryAlarm(false)
  }
})

it('publishes again, under the same ids, what was confirmed when its database connection was killed', async () => {
  const broker = open()
  await ready(broker)
  const consumer = record(broker, QUEUE)
  let kills = 0
  const killing: Broker = {
    ...broker,
    publish: async (message) => {
      const result = await broker.publish(message)
      if (kills < 3 && result.ok) {
        kills += 1
        await test.db.pool.query(
          `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`,
        )
      }
      return result
    },
  }
  const publisher = test.publisher(killing)
  const ids = await test.append(some(100))
  publisher.wake()
  await drained()
  await sameSet(consumer, ids)
  expect(publisher.failures.length).toBeGreaterThan(0)
  expect(consumer.got.length).toBeGreaterThan(ids.length)
})
