import { type EventEnvelope, eventEnvelope } from '@/contracts/event/envelope'
import { StratavoreError } from '../core/errors'
import {
  type Broker,
  CONSUMER_PREFETCH,
  type ConsumeOptions,
  type Disposition,
  type IncomingMessage,
  type QueueName,
} from '../core/ports/broker'
import { isDatabaseAway } from '../db/database-away'

/** Acts on the events of one queue. `handle` may be called again for the same event: it must act on it once. */
export interface EventConsumer {
  name: string
  queue: QueueName
  handle(event: EventEnvelope): Promise<void>
}

/** How often a message may fail before it is given up. */
const MAX_DELIVERIES = 5

/** What is told of each message that was dealt with. */
export interface ConsumerObserver {
  handled(consumer: string, seconds: number): void
  failed(consumer: string, error: unknown, message: IncomingMessage): void
  deadLettered(consumer: string, reason: string, message: IncomingMessage): void
}

/** Reads an event from a message's bytes, or says why it is none. */
export function readEnvelope(body: Buffer): { event: EventEnvelope } | { problem: string } {
  try {
    const parsed = eventEnvelope.safeParse(JSON.parse(body.toString('utf8')))
    if (parsed.success) return { event: parsed.data }
    const issue = parsed.error.issues[0]
    return { problem: `not an event: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}` }
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The database is away, or this daemon does not lead now: no event is given up for that. */
const isNotItsFault = (error: unknown): boolean =>
  isDatabaseAway(error) || (error instanceof StratavoreError && ['unavailable', 'conflict'].includes(error.code))

/** Starts a consumer: what is no event goes to the dead letters, what fails comes again. Stopping waits for its work. */
export function startConsumer(
  broker: Pick<Broker, 'consume'>,
  consumer: EventConsumer,
  observer: ConsumerObserver,
  monotonicMs: () => number,
): { stop(): Promise<void> } {
  const options: ConsumeOptions = {
    prefetch: CONSUMER_PREFETCH,
    maxDeliveries: MAX_DELIVERIES,
    onFailure: (error, message) => observer.failed(consumer.name, error, message),
  }
  const handler = async (message: IncomingMessage): Promise<Disposition> => {
    const read = readEnvelope(message.body)
    if ('problem' in read) {
      observer.deadLettered(consumer.name, read.problem, message)
      return { kind: 'dead-letter', reason: read.problem }
    }
    const startedMs = monotonicMs()
    try {
      await consumer.handle(read.event)
    } catch (error) {
      if (!isNotItsFault(error)) throw error
      observer.failed(consumer.name, error, message)
      return { kind: 'later' }
    }
    observer.handled(consumer.name, (monotonicMs() - startedMs) / 1000)
    return { kind: 'done' }
  }
  return broker.consume(consumer.queue, handler, options)
}
