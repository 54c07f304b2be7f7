import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { AmqpTimings } from '@/server/adapters/amqp/timings'
import { type Broker, EVENTS_EXCHANGE, type PublishFailure, type PublishResult } from '@/server/core/ports/broker'
import { makeCertificate } from '../../support/certificate'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import { openTestBroker, withChannel } from '../broker/amqp-test'
import { gate, message, ready, record } from '../broker/broker-test'

const METRICS = 'stratavore.metrics'
/** Bound for what waits for the broker's own start. */
const PATIENCE_MS = 90_000
/** What closing may take while the broker does nothing: two limits of 2 s in the adapter, and a busy machine. */
const CLOSE_LIMIT_MS = 15_000

// Several such waits in one test.
vi.setConfig({ testTimeout: 4 * PATIENCE_MS })

let rabbit: RabbitMq
let keys: TempHome
let pem: string
let vhost: string
let url: string
const opened: Broker[] = []

beforeAll(async () => {
  keys = createTempHome()
  const certificate = makeCertificate(keys.path)
  pem = certificate.pem
  rabbit = await startRabbitMq({ certificate })
})
afterAll(async () => {
  await rabbit.stop()
  keys.remove()
})
beforeEach(async () => {
  vhost = `test-${randomUUID()}`
  await rabbit.management.createVhost(vhost)
  url = rabbit.urlOf(vhost)
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((broker) => broker.close()))
  await rabbit.management.deleteVhost(vhost)
})

function open(timings: Partial<AmqpTimings> = {}, at = url, ca?: string): Broker {
  const broker = openTestBroker(at, { timings, ca })
  opened.push(broker)
  return broker
}

/** Publishes without pause, a few messages in flight at a time, until told to stop; keeps how each fared. */
function publishing(broker: Broker) {
  const confirmed: string[] = []
  const failures = new Set<PublishFailure>()
  let stopped = false
  async function lane(): Promise<void> {
    while (!stopped) {
      const body = randomUUID()
      const result = await broker.publish(message('runner.started.web', body))
      if (result.ok) confirmed.push(body)
      else failures.add(result.failure)
      // A refusal comes at once: leave the loop to others.
      await turn()
    }
  }
  const lanes = Promise.all(Array.from({ length: 32 }, lane))
  return {
    confirmed,
    failures,
    stop: async () => {
      stopped = true
      await lanes
    },
  }
}

/** Everything that was confirmed reached the consumer. */
async function arrived(got: readonly { body: Buffer }[], confirmed: readonly string[]): Promise<void> {
  await waitUntil(
    'all that was confirmed arrives',
    () => {
      const seen = new Set(got.map(({ body }) => body.toString()))
      return confirmed.every((body) => seen.has(body))
    },
    PATIENCE_MS,
  )
}

const failure = (kind: PublishFailure): PublishResult => ({ ok: false, failure: kind, error: expect.any(String) })

async function closesInTime(broker: Broker): Promise<void> {
  const startedMs = performance.now()
  await broker.close()
  expect(performance.now() - startedMs).toBeLessThan(CLOSE_LIMIT_MS)
}

it('a queue that is full: nacked, and the next message is not affected', async () => {
  const broker = open()
  await ready(broker)
  await withChannel(url, async (channel) => {
    await channel.assertQueue('full', { maxLength: 1, overflow: 'reject-publish' })
    await channel.bindQueue('full', EVENTS_EXCHANGE, 'runner.failed.#')
  })
  expect(await broker.publish(message('runner.failed.web'))).toEqual({ ok: true })
  const [refused, other] = await Promise.all([
    broker.publish(message('runner.failed.web')),
    broker.publish(message('runner.started.web')),
  ])
  expect(refused).toEqual(failure('nacked'))
  expect(other).toEqual({ ok: true })
})

it('the exchange is deleted under load: what is in flight fails, then all goes on', async () => {
  const broker = open()
  const metrics = record(broker, METRICS)
  await ready(broker)
  const load = publishing(broker)
  for (let round = 1; round <= 2; round++) {
    await waitUntil('messages are confirmed', () => load.confirmed.length > round * 100)
    load.failures.clear()
    await withChannel(url, (channel) => channel.deleteExchange(EVENTS_EXCHANGE))
    await waitUntil('the channel is closed', () => load.failures.has('channel_closed'), PATIENCE_MS)
    const before = load.confirmed.length
    await waitUntil('messages are confirmed again', () => load.confirmed.length > before + 100, PATIENCE_MS)
  }
  await load.stop()
  await ready(broker)
  await arrived(metrics.got, load.confirmed)
})

it('memory alarm: blocked, consumers go on, closing does not wait; afterwards all goes on', async () => {
  const broker = open({ confirmMs: 1_000 })
  const held = gate()
  const metrics = record(broker, METRICS, async () => {
    await held.opened
    return { kind: 'done' }
  })
  await ready(broker)
  expect(await broker.publish(message('runner.started.web', 'before'))).toEqual({ ok: true })
  await metrics.bodies(1)
  await rabbit.setMemoryAlarm(true)
  try {
    const results: PublishResult[] = []
    // The broker says so to connections that publish, and takes what they had sent until then.
    await waitUntil('it is blocked', async () => {
      results.push(await broker.publish(message('runner.started.web', 'during')))
      return broker.status().state === 'blocked'
    })
    expect(broker.status().error).toContain('low on memory')
    expect(await broker.publish(message('runner.started.web'))).toEqual(failure('blocked'))
    expect(results.every((result) => result.ok || result.failure === 'blocked')).toBe(true)
    held.open()
    // Acknowledged during the alarm: nothing of it is left in the queue.
    await waitUntil('the queue is empty', async () => {
      const depth = (await broker.depths()).find(({ queue }) => queue === METRICS)
      return depth?.waiting === 0
    })
    await closesInTime(broker)
  } finally {
    await rabbit.setMemoryAlarm(false)
  }
  const again = open()
  await ready(again)
  expect(await again.publish(message('runner.started.web'))).toEqual({ ok: true })
})

it('an alarm that passes: ready again by itself', async () => {
  const broker = open({ confirmMs: 1_000 })
  await ready(broker)
  await rabbit.setMemoryAlarm(true)
  try {
    await waitUntil('it is blocked', async () => {
      await broker.publish(message('runner.started.web'))
      return broker.status().state === 'blocked'
    })
  } finally {
    await rabbit.setMemoryAlarm(false)
  }
  await ready(broker, PATIENCE_MS)
  expect(await broker.publish(message('runner.started.web'))).toEqual({ ok: true })
})

it('connections cut under load: nothing confirmed is lost, the consumer resumes', async () => {
  const broker = open()
  const metrics = record(broker, METRICS)
  await ready(broker)
  const load = publishing(broker)
  await waitUntil('messages are confirmed', () => load.confirmed.length > 200)
  await rabbit.dropConnections()
  await waitUntil('publishing failed', () => load.failures.has('connection_lost'), PATIENCE_MS)
  const before = load.confirmed.length
  await waitUntil('messages are confirmed again', () => load.confirmed.length > before + 200, PATIENCE_MS)
  await load.stop()
  await ready(broker)
  await arrived(metrics.got, load.confirmed)
  expect([...load.failures]).toEqual(['connection_lost'])
})

it('kill -9 of the broker under load, and back: nothing confirmed is lost, the consumer resumes', async () => {
  const broker = open()
  const metrics = record(broker, METRICS)
  await ready(broker)
  const load = publishing(broker)
  await waitUntil('messages are confirmed', () => load.confirmed.length > 200)
  await rabbit.kill9()
  await waitUntil('it is noticed', () => broker.status().state === 'connecting' && broker.status().error !== null)
  expect(await broker.publish(message('runner.started.web'))).toEqual(failure('connection_lost'))
  expect(await broker.depths()).toEqual([])
  await load.stop()
  await rabbit.start()
  await ready(broker, PATIENCE_MS)
  expect(await broker.publish(message('runner.started.web', 'after'))).toEqual({ ok: true })
  await arrived(metrics.got, [...load.confirmed, 'after'])
})

it('a frozen broker: the confirm times out, a late one changes nothing, closing does not wait', async () => {
  const broker = open({ confirmMs: 300 })
  const metrics = record(broker, METRICS)
  await ready(broker)
  rabbit.pause()
  try {
    expect(await broker.publish(message('runner.started.web', 'late'))).toEqual(failure('timeout'))
    // It was sent, and is confirmed once the broker wakes.
    rabbit.resume()
    expect(await metrics.bodies(1)).toEqual(['late'])
    await waitUntil('publishing goes on', async () => (await broker.publish(message('runner.started.web'))).ok)
    rabbit.pause()
    await closesInTime(broker)
  } finally {
    rabbit.resume()
  }
})

it('a frozen broker is noticed by its missing heartbeats, and used again once it wakes', async () => {
  const broker = open({ heartbeatSeconds: 1 })
  const metrics = record(broker, METRICS)
  await ready(broker)
  rabbit.pause()
  try {
    await waitUntil('it is noticed', () => broker.status().error?.includes('Heartbeat'), PATIENCE_MS)
  } finally {
    rabbit.resume()
  }
  await ready(broker, PATIENCE_MS)
  await waitUntil('publishing goes on', async () => (await broker.publish(message('runner.started.web', 'on'))).ok)
  await waitUntil('consuming goes on', () => metrics.got.some(({ body }) => body.toString() === 'on'), PATIENCE_MS)
})

it('TLS: trusts the certificate it was given, and no other', async () => {
  const tls = `amqps://guest:guest@127.0.0.1:${rabbit.tlsPort}/${vhost}`
  const trusting = open({}, tls, pem)
  await ready(trusting)
  expect(await trusting.publish(message('runner.started.web'))).toEqual({ ok: true })
  const distrusting = open({}, tls)
  expect(await waitUntil('a refusal', () => distrusting.status().error ?? undefined)).toMatch(/self-signed certificate/)
})
