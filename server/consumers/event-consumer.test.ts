import { expect, it } from 'vitest'
import { StratavoreError } from '../core/errors'
import type { Broker, Disposition, IncomingMessage } from '../core/ports/broker'
import { startConsumer } from './event-consumer'

const ENVELOPE = {
  specversion: '1.0',
  id: '7f1c2a34-5b6d-4e8f-9a0b-1c2d3e4f5a6b',
  source: 'urn:stratavore:installation:test',
  type: 'system.started',
  time: '2026-01-02T03:04:05.678Z',
  subject: 'daemon/1',
  datacontenttype: 'application/json',
  dataschema: 'urn:stratavore:event:system.started:1',
  sequence: '1',
  actorkind: 'daemon',
  actorname: 'daemon',
  data: { part: 'daemon', pid: 1 },
}
const message = (body: string): IncomingMessage => ({
  id: ENVELOPE.id,
  routingKey: 'system.started.1',
  body: Buffer.from(body),
  redelivered: false,
})

/** What a consumer that does `handle` says of a message, and what was told of it. */
async function consume(body: string, handle: () => Promise<void>): Promise<{ said: Disposition; told: string[] }> {
  let hand: (message: IncomingMessage) => Promise<Disposition> = () => Promise.reject(new Error('not consumed'))
  const broker: Pick<Broker, 'consume'> = {
    consume: (_queue, handler) => {
      hand = handler
      return { stop: async () => {} }
    },
  }
  const told: string[] = []
  startConsumer(
    broker,
    { name: 'test', queue: 'stratavore.alerts', handle },
    {
      handled: () => told.push('handled'),
      failed: () => told.push('failed'),
      deadLettered: (_consumer, reason) => told.push(reason),
    },
    () => 0,
  )
  return { said: await hand(message(body)), told }
}

const event = JSON.stringify(ENVELOPE)

it('is done with what was handled', async () => {
  expect(await consume(event, async () => {})).toEqual({ said: { kind: 'done' }, told: ['handled'] })
})

it.each([
  ['refused', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })],
  ['shutting down', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['no longer leading', new StratavoreError('conflict', 'Another daemon leads')],
])('wants an event later when the database is away: %s', async (_name, error) => {
  expect(await consume(event, () => Promise.reject(error))).toEqual({ said: { kind: 'later' }, told: ['failed'] })
})

it("throws what is the message's own fault, so that it is counted", async () => {
  await expect(consume(event, () => Promise.reject(new TypeError('unforeseen')))).rejects.toThrow('unforeseen')
})

it.each([
  ['not JSON', 'not JSON'],
  ['{}', 'not an event'],
])('gives up what is no event: %s', async (body, reason) => {
  const { said } = await consume(body, async () => {})
  expect(said).toEqual({ kind: 'dead-letter', reason: expect.stringContaining(reason) })
})
