import type { ConsumeMessage } from 'amqplib'
import {
  type Broker,
  type BrokerState,
  EVENTS_EXCHANGE,
  type PublishResult,
  type QueueDepth,
  type QueueName,
} from '../../core/ports/broker'
import { within } from '../broker/pause'
import { createStatusBoard } from '../broker/status-board'
import { describeFailure } from './broker-address'
import { startConsumer } from './consumer'
import { readDepths } from './depths'
import { openLink } from './link'
import { startPublisher } from './publisher'
import { type AmqpTimings, defaultTimings } from './timings'
import { deadQueueOf } from './topology'

/** Fills the pipeline of confirms, also of a broker that is some milliseconds away. */
const WINDOW = 1_000
/** A reason is for people, and headers have to fit into 64 KiB. */
const MAX_REASON_CHARS = 2_000

export interface AmqpBrokerOptions {
  /** amqp:// or amqps://, with user, password and vhost. */
  url: string
  quorumQueues: boolean
  /** Certificates (PEM) to trust besides the system's. `NODE_EXTRA_CA_CERTS` does the same from outside. */
  ca?: string
  now(): Date
  /** From 0 to 1: spreads the retries of many clients. */
  random(): number
  /** Tests wait shorter. */
  timings?: Partial<AmqpTimings>
}

/** One thing that has to work for the whole to be ready. */
type Part = { state: Exclude<BrokerState, 'closed'>; error: string | null }
const BADNESS = { ready: 0, blocked: 1, connecting: 2 } as const

/** The worst of the parts, with the first error there is. */
function worst(parts: Iterable<Part>): Part {
  let found: Part = { state: 'ready', error: null }
  for (const part of parts) {
    if (BADNESS[part.state] > BADNESS[found.state]) found = part
    else if (part.state === found.state && found.error === null) found = part
  }
  return found
}

/**
 * The broker port on RabbitMQ. Connects at once and for ever, declares what it needs after each connect, and says in
 * its status how it is. Publishing and consuming have a connection each: RabbitMQ stops reading one that publishes while
 * it is short of memory, and consumers must be able to acknowledge then.
 */
export function openAmqpBroker(options: AmqpBrokerOptions): Broker {
  const { url, quorumQueues } = options
  const timings: AmqpTimings = { ...defaultTimings(options.random), ...options.timings }
  const board = createStatusBoard('connecting', options.now)
  const parts = new Map<string, Part>()
  let closed: Promise<void> | null = null
  const report = (name: string, state: Part['state'], error: string | null) => {
    parts.set(name, { state, error })
    if (closed) return
    const { state: whole, error: why } = worst(parts.values())
    board.report(whole, whole === 'ready' ? null : why)
  }
  const describe = (error: unknown) => describeFailure(error, url)
  const link = (name: string) => {
    parts.set(name, { state: 'connecting', error: null })
    return openLink({
      url,
      name: `stratavore ${name}`,
      ca: options.ca,
      timings,
      onState: (state, error) => report(name, state, error),
    })
  }

  const publishing = link('publishing')
  const consuming = link('consuming')
  parts.set('publisher', { state: 'connecting', error: null })
  const publisher = startPublisher({
    link: publishing,
    timings,
    quorumQueues,
    describe,
    blocked: () => {
      const { state, error } = parts.get('publishing') ?? { state: 'connecting', error: null }
      return state === 'blocked' ? (error ?? 'the broker takes nothing') : null
    },
    onReady: () => report('publisher', 'ready', null),
    onGone: (error) => report('publisher', 'connecting', error),
  })

  const bury =
    (queue: QueueName) =>
    (raw: ConsumeMessage, reason: string): Promise<PublishResult> => {
      const { messageId, type, contentType, timestamp } = raw.properties
      return publisher.send('', deadQueueOf(queue), raw.content, {
        messageId,
        type,
        contentType,
        timestamp,
        headers: {
          'x-stratavore-reason': reason.slice(0, MAX_REASON_CHARS),
          'x-stratavore-queue': queue,
          'x-stratavore-routing-key': raw.fields.routingKey,
        },
      })
    }

  const consumers = new Set<{ stop(): Promise<void> }>()
  let consumersMade = 0
  async function close(): Promise<void> {
    board.report('closed', null)
    // First, so that whoever waits for a publish is answered before anything takes time.
    const publisherStopped = publisher.stop()
    await within(timings.closeMs, Promise.all([...consumers].map((consumer) => consumer.stop())))
    await Promise.all([publisherStopped, publishing.close(), consuming.close()])
  }

  return {
    kind: 'amqp',
    window: WINDOW,
    status: board.status,
    onStatus: board.onStatus,
    publish: ({ id, routingKey, type, contentType, body, time }) =>
      publisher.send(EVENTS_EXCHANGE, routingKey, body, {
        messageId: id,
        type,
        contentType,
        // AMQP counts seconds.
        timestamp: Math.floor(time.getTime() / 1000),
      }),
    consume: (queue, handler, consume) => {
      const name = `consumer ${++consumersMade} of ${queue}`
      parts.set(name, { state: 'connecting', error: null })
      const started = startConsumer({
        queue,
        link: consuming,
        timings,
        quorumQueues,
        handler,
        consume,
        bury: bury(queue),
        onReady: () => report(name, 'ready', null),
        onGone: (error) => report(name, 'connecting', error === null ? null : describe(error)),
      })
      const consumer = {
        stop: async () => {
          await started.stop()
          consumers.delete(consumer)
          parts.delete(name)
        },
      }
      consumers.add(consumer)
      return consumer
    },
    depths: async (): Promise<QueueDepth[]> => {
      const connection = consuming.current()
      return (connection && (await within(timings.depthsMs, readDepths(connection)))) ?? []
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}
