import { randomUUID } from 'node:crypto'
import type {
  Broker,
  ConsumeOptions,
  Disposition,
  IncomingMessage,
  OutgoingMessage,
  QueueName,
} from '@/server/core/ports/broker'
import { waitUntil } from '../../support/wait-until'

/** Bound for what takes milliseconds: the machine may be busy. */
const PATIENCE_MS = 30_000

/** A message as an event's would be. */
export const message = (routingKey: string, body = 'body', id: string = randomUUID()): OutgoingMessage => ({
  id,
  routingKey,
  type: 'runner.started',
  contentType: 'application/json',
  body: Buffer.from(body),
  time: new Date('2026-01-02T03:04:05.678Z'),
})

/** A consumer that remembers what it got. */
export interface RecordingConsumer {
  got: IncomingMessage[]
  failures: { error: unknown; message: IncomingMessage }[]
  /** Waits until it got `count` messages, redeliveries included, and returns their bodies. */
  bodies(count: number): Promise<string[]>
  stop(): Promise<void>
}

/** Consumes a queue; `handle` says what becomes of each message, done by default. */
export function record(
  broker: Broker,
  queue: QueueName,
  handle: (message: IncomingMessage) => Promise<Disposition> | Disposition = () => ({ kind: 'done' }),
  options: Partial<Omit<ConsumeOptions, 'onFailure'>> = {},
): RecordingConsumer {
  const got: IncomingMessage[] = []
  const failures: RecordingConsumer['failures'] = []
  const { stop } = broker.consume(
    queue,
    async (incoming) => {
      got.push(incoming)
      return handle(incoming)
    },
    {
      prefetch: 8,
      maxDeliveries: 3,
      ...options,
      onFailure: (error, failed) => failures.push({ error, message: failed }),
    },
  )
  return {
    got,
    failures,
    bodies: async (count) => {
      await waitUntil(`${queue} gives ${count} messages`, () => got.length >= count, PATIENCE_MS)
      return got.map(({ body }) => body.toString())
    },
    stop,
  }
}

/** Waits until everything that was asked of the broker is there. */
export const ready = (broker: Broker, timeoutMs = PATIENCE_MS): Promise<true> =>
  waitUntil(
    'the broker is ready',
    () => {
      const { state, error } = broker.status()
      if (state !== 'ready') throw new Error(`${state}: ${error}`)
      return true as const
    },
    timeoutMs,
  )

/** A promise that a test fulfils by hand. */
export function gate(): { open(): void; opened: Promise<void> } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
