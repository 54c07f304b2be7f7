import {
  type Broker,
  CONSUMER_PREFETCH,
  type OutgoingMessage,
  type PublishFailure,
  type PublishResult,
  QUEUE_BINDINGS,
  type QueueDepth,
  type QueueName,
  queueNames,
} from '../../core/ports/broker'
import { within } from '../broker/pause'
import { createStatusBoard } from '../broker/status-board'
import { createLocalQueue, type DeadLetter, type LocalQueue, type Outcome } from './local-queue'
import { topicMatches } from './topic-match'

export type { DeadLetter } from './local-queue'

/** Messages in flight that keep every consumer busy. The publisher's transaction waits for them, so not many more. */
const WINDOW = 2 * CONSUMER_PREFETCH
/** Of a consumer with a message in hand. Handlers write rows: milliseconds; five tries with their pauses: two seconds. */
const HANDLED_TIMEOUT_MS = 30_000
/** Of a message behind others. That is nothing to hold against it, so it is longer and no refusal. */
const TAKEN_TIMEOUT_MS = 40_000
/** A handler that is longer under way than this is not waited for when closing. */
const CLOSE_TIMEOUT_MS = 3_000
const FIRST_REDELIVERY_MS = 100
const LONGEST_REDELIVERY_MS = 5_000

export interface LocalBrokerOptions {
  now(): Date
  /** Keeps a message that was given up, durably. It may get the same one again. */
  park(letter: DeadLetter): Promise<void>
  /** How many of a queue are kept. */
  countParked(queue: QueueName): Promise<number>
  /** Tests wait shorter. Milliseconds before the n-th redelivery (from 1). */
  redeliveryDelayMs?(failures: number): number
  /** Longest publish waits for a consumer to take the message, and then for that consumer, milliseconds. */
  takenTimeoutMs?: number
  handledTimeoutMs?: number
}

const doubling = (failures: number): number =>
  Math.min(LONGEST_REDELIVERY_MS, FIRST_REDELIVERY_MS * 2 ** (failures - 1))

const failed = (failure: PublishFailure, error: string): PublishResult => ({
  ok: false,
  failure,
  error,
})

const CLOSED = failed('connection_lost', 'the broker is closed')

/** What an outcome is to the publisher. The first that occurs is told: those that are not the message's fault before. */
const FAILURES = [
  ['refused', 'connection_lost'],
  ['untaken', 'blocked'],
  ['late', 'timeout'],
  ['failed', 'nacked'],
] as const

function combined(outcomes: readonly Outcome[]): PublishResult {
  for (const [kind, failure] of FAILURES) {
    for (const outcome of outcomes) if (outcome.kind === kind) return failed(failure, outcome.error)
  }
  return { ok: true }
}

/**
 * The broker port in process. It keeps nothing itself: publish says `ok` only after every queue that the message goes to
 * has finished it, so until then the outbox row is not published and comes again whatever dies (ADR 7). A message that
 * goes to no queue with a consumer is returned.
 */
export function openLocalBroker(options: LocalBrokerOptions): Broker {
  const { park, redeliveryDelayMs = doubling } = options
  const { takenTimeoutMs = TAKEN_TIMEOUT_MS, handledTimeoutMs = HANDLED_TIMEOUT_MS } = options
  const limits = { takenTimeoutMs, handledTimeoutMs }
  const board = createStatusBoard('ready', options.now)
  const queues = new Map<QueueName, LocalQueue>(
    queueNames.map((queue) => [queue, createLocalQueue({ queue, park, redeliveryDelayMs, ...limits })]),
  )
  const closing = new AbortController()
  const consumers = new Set<{ stop(): Promise<void> }>()
  const closed = new Promise<PublishResult>((resolve) => {
    closing.signal.addEventListener('abort', () => resolve(CLOSED))
  })

  const queuesFor = (routingKey: string): LocalQueue[] =>
    [...queues].flatMap(([name, queue]) =>
      queue.consumers() > 0 && QUEUE_BINDINGS[name].some((pattern) => topicMatches(pattern, routingKey)) ? [queue] : [],
    )

  async function publish(message: OutgoingMessage): Promise<PublishResult> {
    if (closing.signal.aborted) return CLOSED
    const targets = queuesFor(message.routingKey)
    if (targets.length === 0) return failed('returned', `no queue with a consumer is bound for ${message.routingKey}`)
    const givenUp = new AbortController()
    const handled = Promise.all(targets.map((queue) => queue.push(message, givenUp.signal))).then(combined)
    const result = await Promise.race([handled, closed])
    givenUp.abort()
    return result
  }

  return {
    kind: 'local',
    window: WINDOW,
    status: board.status,
    onStatus: board.onStatus,
    publish,
    consume: (queue, handler, consume) => {
      const started = queues.get(queue)?.consume(handler, consume)
      const consumer = {
        stop: async () => {
          await started?.stop()
          consumers.delete(consumer)
        },
      }
      consumers.add(consumer)
      return consumer
    },
    depths: async () => {
      const depths = [...queues].map(async ([name, queue]): Promise<QueueDepth> => {
        return {
          queue: name,
          waiting: queue.waiting(),
          consumers: queue.consumers(),
          dead: await options.countParked(name),
        }
      })
      // Empty when the dead letters cannot be counted, as the port says.
      return (await within(CLOSE_TIMEOUT_MS, Promise.all(depths))) ?? []
    },
    close: async () => {
      board.report('closed', null)
      closing.abort()
      await within(CLOSE_TIMEOUT_MS, Promise.all([...consumers].map((consumer) => consumer.stop())))
    },
  }
}
