/** The one topic exchange that every event goes to. */
export const EVENTS_EXCHANGE = 'stratavore.events'

/** Queues of Stratavore itself, and what of the exchange each gets. Others may bind queues of their own. */
export const QUEUE_BINDINGS = {
  /** The daemon's own look at everything that is delivered. */
  'stratavore.daemon.events': ['#'],
  /** What figures are made from. */
  'stratavore.metrics': ['runner.#', 'session.#', 'quota.#', 'metrics.#'],
  /** What somebody may have to be told, and what makes such a notice moot. */
  'stratavore.alerts': ['runner.#', 'approval.#', 'quota.exceeded.#', 'budget.#', 'node.#', 'system.#'],
} as const satisfies Record<string, readonly string[]>
export type QueueName = keyof typeof QUEUE_BINDINGS
export const queueNames = Object.keys(QUEUE_BINDINGS) as QueueName[]

/** A message on its way out. */
export interface OutgoingMessage {
  /** Of the event; the same when it is sent again. */
  id: string
  routingKey: string
  type: string
  contentType: string
  body: Buffer
  /** When the change was made. */
  time: Date
}

/**
 * Why a message is not with the broker. `nacked`, `returned` (no queue is bound) and `timeout` are about the message;
 * `channel_closed` may be; `connection_lost` and `blocked` are not.
 */
export type PublishFailure = 'nacked' | 'returned' | 'timeout' | 'channel_closed' | 'connection_lost' | 'blocked'

export type PublishResult = { ok: true } | { ok: false; failure: PublishFailure; error: string }

/** A message as a consumer gets it. */
export interface IncomingMessage {
  id: string
  routingKey: string
  body: Buffer
  /** True when it was delivered before and not acknowledged. */
  redelivered: boolean
}

/**
 * What a handler says of a message. `dead-letter` gives it up with a reason; `later` wants it again and blames something
 * else, however often; a handler that throws wants it again, and blames the message.
 */
export type Disposition = { kind: 'done' } | { kind: 'later' } | { kind: 'dead-letter'; reason: string }

/** Messages one of Stratavore's own consumers has in hand at once. */
export const CONSUMER_PREFETCH = 32

export interface ConsumeOptions {
  /** Messages handed out before the first is done. */
  prefetch: number
  /** A message whose handler threw this many times goes to the dead-letter queue. */
  maxDeliveries: number
  /** A handler threw; the message comes again. */
  onFailure(error: unknown, message: IncomingMessage): void
}

/** `blocked`: connected, but the broker takes nothing now (its memory or disk is full). */
export type BrokerState = 'connecting' | 'ready' | 'blocked' | 'closed'

export interface BrokerStatus {
  state: BrokerState
  /** When it came into this state. */
  since: Date
  /** Why it is not ready; null while it is. Holds no credentials. */
  error: string | null
}

/** Depth of one queue. `waiting` counts messages no consumer has yet, `dead` those in its dead-letter queue. */
export interface QueueDepth {
  queue: QueueName
  waiting: number
  dead: number
  consumers: number
}

/**
 * Takes events and hands them to consumers: RabbitMQ, or the same in process. A message whose publish says `ok` will be
 * handled by every consumer of a queue it is routed to, or end in that queue's dead letters, at least once, whatever dies.
 */
export interface Broker {
  readonly kind: 'amqp' | 'local'
  /** Messages worth publishing side by side: more would only wait in it, and whoever publishes with them. */
  readonly window: number
  status(): BrokerStatus
  /** Tells every change of state. Returns what ends the telling. */
  onStatus(listener: (status: BrokerStatus) => void): () => void
  /** Publishes persistently and as mandatory. Always resolves, within a bounded time. Order of calls is kept. */
  publish(message: OutgoingMessage): Promise<PublishResult>
  /** Hands out the messages of a queue, across reconnects, until stopped. Stopping waits for handlers under way. */
  consume(
    queue: QueueName,
    handler: (message: IncomingMessage) => Promise<Disposition>,
    options: ConsumeOptions,
  ): { stop(): Promise<void> }
  /** Depths of the queues; empty while the broker cannot be asked. */
  depths(): Promise<QueueDepth[]>
  close(): Promise<void>
}
