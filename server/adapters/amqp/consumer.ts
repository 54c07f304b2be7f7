import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Channel, type ConsumeMessage, IllegalOperationError } from 'amqplib'
import type { ConsumeOptions, Disposition, IncomingMessage, PublishResult, QueueName } from '../../core/ports/broker'
import { pause, within } from '../broker/pause'
import { createFailureCounts } from './failure-counts'
import { type KeptChannel, keepChannel, watchChannel } from './keep-channel'
import type { Connection, Link } from './link'
import type { AmqpTimings } from './timings'
import { declareTopology } from './topology'

export interface ConsumerOptions {
  queue: QueueName
  link: Link
  timings: AmqpTimings
  quorumQueues: boolean
  handler(message: IncomingMessage): Promise<Disposition>
  consume: ConsumeOptions
  /** Puts a message into the dead-letter queue, confirmed. */
  bury(message: ConsumeMessage, reason: string): Promise<PublishResult>
  onReady(): void
  /** It gets nothing for now; `error` is null when that is the connection's doing. */
  onGone(error: unknown): void
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function incoming({ fields, properties, content }: ConsumeMessage): IncomingMessage {
  const id: unknown = properties.messageId
  return {
    // Others may publish to our queues too, without an id; the content serves to recognise it when it comes again.
    id: typeof id === 'string' && id !== '' ? id : `sha256:${createHash('sha256').update(content).digest('hex')}`,
    routingKey: fields.routingKey,
    body: content,
    redelivered: fields.redelivered,
  }
}

/** Answers the broker about a message; when the channel is gone, so is the need: the message comes again. */
function answer(say: () => void): void {
  try {
    say()
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error
  }
}

/** Hands out the messages of a queue on a channel of its own, until stopped. */
export function startConsumer(options: ConsumerOptions): { stop(): Promise<void> } {
  const { queue, timings, consume } = options
  const failures = createFailureCounts()
  /** What was put off, only so that it waits longer each time. */
  const postponed = createFailureCounts()
  const stopping = new AbortController()
  // Each message in hand may wait for it; Node warns of more than ten.
  setMaxListeners(consume.prefetch + 1, stopping.signal)
  const underWay = new Set<Promise<void>>()
  let current: { kept: KeptChannel<Channel>; tag: string } | null = null

  /** Handles one message to its end. Never rejects. */
  async function handle(kept: KeptChannel<Channel>, raw: ConsumeMessage): Promise<void> {
    const message = incoming(raw)
    let reason: string
    let delayMs = 0
    try {
      const disposition = await options.handler(message)
      if (disposition.kind === 'done') {
        failures.forget(message.id)
        postponed.forget(message.id)
        return answer(() => kept.channel.ack(raw))
      }
      if (disposition.kind === 'later') {
        await pause(timings.redeliveryDelayMs(postponed.add(message.id)), stopping.signal)
        return answer(() => kept.channel.nack(raw, false, true))
      }
      reason = disposition.reason
    } catch (error) {
      consume.onFailure(error, message)
      const count = failures.add(message.id)
      reason = reasonOf(error)
      delayMs = timings.redeliveryDelayMs(count)
      if (count < consume.maxDeliveries) {
        await pause(delayMs, stopping.signal)
        return answer(() => kept.channel.nack(raw, false, true))
      }
    }
    await giveUp(kept, raw, message, reason)
  }

  /**
   * Moves a message to the dead letters. A nack would do that in one step, but cannot carry the reason; so it is
   * published there first and acknowledged after. Killed in between, it is there twice, which loses nothing.
   */
  async function giveUp(
    kept: KeptChannel<Channel>,
    raw: ConsumeMessage,
    message: IncomingMessage,
    reason: string,
  ): Promise<void> {
    const result = await options.bury(raw, reason)
    if (result.ok) {
      failures.forget(message.id)
      return answer(() => kept.channel.ack(raw))
    }
    consume.onFailure(new Error(`not put into the dead letters (${reason}): ${result.error}`), message)
    await pause(timings.redeliveryDelayMs(consume.maxDeliveries), stopping.signal)
    answer(() => kept.channel.nack(raw, false, true))
    // The dead-letter queue is gone: opening a channel declares it anew.
    if (result.failure === 'returned') kept.giveUp(new Error(result.error))
  }

  function deliver(kept: KeptChannel<Channel>, raw: ConsumeMessage | null): void {
    if (!raw) {
      // Opening a channel declares it again.
      kept.giveUp(new Error(`the queue ${queue} was deleted`))
      return
    }
    // Not handed out any more; closing the channel puts it back.
    if (stopping.signal.aborted) return
    const work = handle(kept, raw).finally(() => underWay.delete(work))
    underWay.add(work)
  }

  async function open(connection: Connection): Promise<KeptChannel<Channel>> {
    await declareTopology(connection, options.quorumQueues)
    const kept = watchChannel(await connection.model.createChannel(), connection)
    await kept.channel.prefetch(consume.prefetch)
    const { consumerTag } = await kept.channel.consume(queue, (raw) => deliver(kept, raw))
    current = { kept, tag: consumerTag }
    return kept
  }

  const keeper = keepChannel<Channel>({
    link: options.link,
    timings,
    open,
    onOpen: options.onReady,
    onGone: (error) => {
      current = null
      options.onGone(error)
    },
  })

  return {
    stop: async () => {
      stopping.abort()
      const open = current
      if (open)
        await within(
          timings.closeMs,
          open.kept.channel.cancel(open.tag).catch(() => undefined),
        )
      await Promise.all(underWay)
      await keeper.stop()
      // The answer to this comes after all acknowledgements before it have landed.
      if (open && !open.kept.ended()) await within(timings.closeMs, open.kept.channel.close())
    },
  }
}
