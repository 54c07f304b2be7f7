import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLocalBroker } from '@/server/adapters/local-broker/local-broker'
import { CONSUMER_PREFETCH } from '@/server/core/ports/broker'
import { waitUntil } from '../../support/wait-until'
import { record } from '../broker/broker-test'
import { type OutboxTest, startOutboxTest } from './outbox-test'

let test: OutboxTest
beforeEach(async () => {
  test = await startOutboxTest()
})
afterEach(() => test.stop())

const EVENTS = 1_500
const EACH_MS = 10
/** Half of what a thousand of them take, and many times what as many take as are in hand at once. */
const HANDLED_TIMEOUT_MS = 5_000

it('brings a backlog through a slow consumer in process once, refusing nothing, in short transactions', {
  timeout: 240_000,
}, async () => {
  const broker = openLocalBroker({
    now: () => new Date(),
    park: () => Promise.reject(new Error('nothing is given up here')),
    countParked: () => Promise.resolve(0),
    handledTimeoutMs: HANDLED_TIMEOUT_MS,
  })
  let last = Promise.resolve()
  // One at a time, as the consumer of notifications works.
  const consumer = record(
    broker,
    'stratavore.daemon.events',
    async () => {
      last = last.then(() => new Promise((resolve) => setTimeout(resolve, EACH_MS)))
      await last
      return { kind: 'done' }
    },
    { prefetch: CONSUMER_PREFETCH },
  )
  const ids = await test.append(Array.from({ length: EVENTS }, (_, i) => `a${i % 1_200}`))
  const publisher = test.publisher(broker)
  await waitUntil('all is published', async () => (await test.pending()) === 0, 180_000)

  expect(consumer.got.map(({ id }) => id).sort()).toEqual([...ids].sort())
  const rows = await test.rows()
  expect(rows.filter(({ attempts, refusals }) => attempts !== 1 || refusals > 0)).toEqual([])
  expect(publisher.parked).toEqual([])
  // A transaction lasts for as many events, so it is short: 64 of 10 ms, and those of the batch beside it.
  expect(Math.max(...publisher.batches.map(({ claimed }) => claimed))).toBeLessThanOrEqual(2 * CONSUMER_PREFETCH)
  await broker.close()
})
