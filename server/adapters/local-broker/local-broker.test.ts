import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { CONSUMER_PREFETCH, type OutgoingMessage, type PublishResult } from '../../core/ports/broker'
import { openLocalBroker } from './local-broker'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const TAKEN_MS = 40_000
const HANDLED_MS = 30_000
const message = (id: string): OutgoingMessage => ({
  id,
  routingKey: 'runner.started.web',
  type: 'runner.started',
  contentType: 'application/json',
  body: Buffer.from(id),
  time: new Date('2026-01-02T03:04:05Z'),
})

/** A broker whose one consumer takes this long for each message and has one at a time in hand. */
function slowBroker(handlerMs: number) {
  const broker = openLocalBroker({
    now: () => new Date(),
    park: () => Promise.resolve(),
    countParked: () => Promise.resolve(0),
    takenTimeoutMs: TAKEN_MS,
    handledTimeoutMs: HANDLED_MS,
  })
  const got: string[] = []
  broker.consume(
    'stratavore.metrics',
    async ({ id }) => {
      got.push(id)
      await new Promise((resolve) => setTimeout(resolve, handlerMs))
      return { kind: 'done' }
    },
    { prefetch: 1, maxDeliveries: 3, onFailure: () => undefined },
  )
  const results: Record<string, PublishResult> = {}
  const publish = (id: string) =>
    broker.publish(message(id)).then((result) => {
      results[id] = result
    })
  return { broker, got, results, publish }
}

it('counts the time of a consumer from when it got the message, and what none took in time as blocked', async () => {
  const { broker, got, results, publish } = slowBroker(21_000)
  for (const id of ['1', '2', '3']) void publish(id)
  await vi.advanceTimersByTimeAsync(TAKEN_MS)
  expect(results).toEqual({
    1: { ok: true },
    3: { ok: false, failure: 'blocked', error: 'stratavore.metrics: no consumer was free within 40000 ms' },
  })
  // The second waited 21 s and took 21 s, which is longer than a consumer may take for one.
  await vi.advanceTimersByTimeAsync(2_000)
  expect(results[2]).toEqual({ ok: true })
  await vi.advanceTimersByTimeAsync(100_000)
  expect(got).toEqual(['1', '2'])
  await broker.close()
})

it('lets every message in hand wait for its next try without a warning of a leak', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const { broker } = slowBroker(1)
  let calls = 0
  broker.consume(
    'stratavore.daemon.events',
    () => {
      calls += 1
      return calls > CONSUMER_PREFETCH ? Promise.resolve({ kind: 'done' }) : Promise.reject(new Error('not today'))
    },
    { prefetch: CONSUMER_PREFETCH, maxDeliveries: 3, onFailure: () => undefined },
  )
  const sent = Array.from({ length: CONSUMER_PREFETCH }, (_, n) => broker.publish(message(String(n))))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await Promise.all(sent)).toEqual(Array(CONSUMER_PREFETCH).fill({ ok: true }))
  expect(calls).toBe(2 * CONSUMER_PREFETCH)
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
  await broker.close()
})

it('gives up waiting for a consumer that does not get done, and keeps no timer once closed', async () => {
  const { broker, results, publish } = slowBroker(1e9)
  void publish('1')
  await vi.advanceTimersByTimeAsync(HANDLED_MS - 1)
  expect(results).toEqual({})
  await vi.advanceTimersByTimeAsync(1)
  expect(results[1]).toEqual({
    ok: false,
    failure: 'timeout',
    error: 'stratavore.metrics: not handled within 30000 ms',
  })
  void publish('2')
  const closed = broker.close()
  await vi.advanceTimersByTimeAsync(3_000)
  await closed
  expect(results[2]).toMatchObject({ failure: 'connection_lost' })
  // The handler's own is left.
  expect(vi.getTimerCount()).toBe(1)
})
