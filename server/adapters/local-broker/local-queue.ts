import { setMaxListeners } from 'node:events'
import type { ConsumeOptions, Disposition, IncomingMessage, OutgoingMessage, QueueName } from '../../core/ports/broker'
import { pause } from '../broker/pause'

/** How one queue fared with a message. */
export type Outcome =
  | { kind: 'handled' }
  /** `late`: a consumer has it in hand for too long. `untaken`: none took it in time. `refused`: none will. */
  | { kind: 'failed' | 'late' | 'untaken' | 'refused'; error: string }

/** A message that a queue gave up. */
export interface DeadLetter {
  queue: QueueName
  messageId: string
  routingKey: string
  body: Buffer
  reason: string
}

type Handler = (message: IncomingMessage) => Promise<Disposition>

interface Consumer {
  handler: Handler
  options: ConsumeOptions
  busy: Set<Promise<void>>
  stopping: AbortController
}

interface Waiting {
  message: OutgoingMessage
  /** Nobody waits for it any more: it is not handed out. */
  over(): boolean
  /** It is in a consumer's hands from now on. */
  taken(): void
  settle(outcome: Outcome): void
}

/** Messages waiting in one queue. The publisher's window is far smaller; each is still in the outbox. */
const MAX_WAITING = 10_000

/** One queue in memory, with the consumers it hands its messages to. */
export interface LocalQueue {
  consumers(): number
  waiting(): number
  /** Resolves once a consumer is done with the message, it is among the dead letters, or a limit has passed. */
  push(message: OutgoingMessage, signal: AbortSignal): Promise<Outcome>
  consume(handler: Handler, options: ConsumeOptions): { stop(): Promise<void> }
}

export interface LocalQueueOptions {
  queue: QueueName
  park(letter: DeadLetter): Promise<void>
  redeliveryDelayMs(failures: number): number
  /** Longest that a message waits for a consumer to take it, and then for that consumer, milliseconds. */
  takenTimeoutMs: number
  handledTimeoutMs: number
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Makes an empty queue. Messages are handed out in the order they were pushed. */
export function createLocalQueue(queueOptions: LocalQueueOptions): LocalQueue {
  const { queue, park, redeliveryDelayMs, takenTimeoutMs, handledTimeoutMs } = queueOptions
  const waiting: Waiting[] = []
  const consumers = new Set<Consumer>()

  async function giveUp({ id, routingKey, body }: OutgoingMessage, reason: string): Promise<Outcome> {
    try {
      await park({ queue, messageId: id, routingKey, body, reason })
      return { kind: 'handled' }
    } catch (error) {
      return { kind: 'failed', error: `not put into the dead letters (${reason}): ${reasonOf(error)}` }
    }
  }

  /** Hands a message to its consumer until it is done with it. Never rejects. */
  async function work(consumer: Consumer, message: OutgoingMessage): Promise<Outcome> {
    const { handler, options, stopping } = consumer
    const { id, routingKey, body } = message
    for (let failures = 0, tries = 1; ; tries += 1) {
      const incoming: IncomingMessage = { id, routingKey, body, redelivered: tries > 1 }
      try {
        const disposition = await handler(incoming)
        if (disposition.kind === 'done') return { kind: 'handled' }
        if (disposition.kind === 'dead-letter') return await giveUp(message, disposition.reason)
      } catch (error) {
        options.onFailure(error, incoming)
        failures += 1
        if (failures >= options.maxDeliveries) return giveUp(message, reasonOf(error))
      }
      await pause(redeliveryDelayMs(tries), stopping.signal)
      if (stopping.signal.aborted) return { kind: 'refused', error: `the consumer of ${queue} stopped` }
    }
  }

  function next(): Waiting | undefined {
    let first = waiting.shift()
    while (first?.over()) first = waiting.shift()
    return first
  }

  function handOut(): void {
    for (const consumer of consumers) {
      while (consumer.busy.size < consumer.options.prefetch) {
        const first = next()
        if (!first) return
        first.taken()
        const busy = work(consumer, first.message).then((outcome) => {
          consumer.busy.delete(busy)
          first.settle(outcome)
          handOut()
        })
        consumer.busy.add(busy)
      }
    }
  }

  /** Without a consumer nothing would ever become of them; they are still in the outbox. */
  function refuseWaiting(): void {
    for (let first = next(); first; first = next()) {
      first.settle({ kind: 'refused', error: `the consumer of ${queue} stopped` })
    }
  }

  return {
    consumers: () => consumers.size,
    waiting: () => waiting.length,
    push: (message, signal) =>
      new Promise((resolve) => {
        if (waiting.length >= MAX_WAITING) return resolve({ kind: 'refused', error: `${queue} is full` })
        let over = signal.aborted
        const settle = (outcome: Outcome) => {
          over = true
          clearTimeout(timer)
          resolve(outcome)
        }
        const limit = (ms: number, kind: 'untaken' | 'late', error: string) =>
          setTimeout(() => settle({ kind, error: `${queue}: ${error} within ${ms} ms` }), ms)
        let timer = limit(takenTimeoutMs, 'untaken', 'no consumer was free')
        signal.addEventListener('abort', () => {
          over = true
          clearTimeout(timer)
        })
        const taken = () => {
          clearTimeout(timer)
          timer = limit(handledTimeoutMs, 'late', 'not handled')
        }
        waiting.push({ message, over: () => over, taken, settle })
        handOut()
      }),
    consume: (handler, options) => {
      const consumer: Consumer = { handler, options, busy: new Set(), stopping: new AbortController() }
      // Each message in hand may wait for it; Node warns of more than ten.
      setMaxListeners(options.prefetch + 1, consumer.stopping.signal)
      consumers.add(consumer)
      handOut()
      return {
        stop: async () => {
          consumers.delete(consumer)
          consumer.stopping.abort()
          if (consumers.size === 0) refuseWaiting()
          await Promise.all(consumer.busy)
        },
      }
    },
  }
}
