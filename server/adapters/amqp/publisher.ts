import { type ConfirmChannel, IllegalOperationError, type Options } from 'amqplib'
import type { PublishFailure, PublishResult } from '../../core/ports/broker'
import { type KeptChannel, keepChannel, watchChannel } from './keep-channel'
import type { Connection, Link } from './link'
import type { AmqpTimings } from './timings'
import { declareTopology } from './topology'

/**
 * Messages, and their bytes, that were written and not yet confirmed. Past it publish refuses: a broker that does not
 * answer must not make us hold everything. An outbox publisher keeps to a much smaller window.
 */
const MAX_UNCONFIRMED = 8_192
const MAX_UNCONFIRMED_BYTES = 64 * 1024 * 1024

export interface PublisherOptions {
  link: Link
  timings: AmqpTimings
  quorumQueues: boolean
  /** The broker's reason when it takes nothing now, else null. */
  blocked(): string | null
  describe(error: unknown): string
  onReady(): void
  /** It cannot publish for now; `error` is null when that is the connection's doing. */
  onGone(error: string | null): void
}

/** Publishes on one confirm channel. Confirms are pipelined: nobody waits for an earlier message's. */
export interface Publisher {
  send(exchange: string, routingKey: string, body: Buffer, options: Options.Publish): Promise<PublishResult>
  /** Fails what is in flight, and everything from now on. */
  stop(): Promise<void>
}

interface InFlight {
  messageId: string | undefined
  returned: string | null
  settle(result: PublishResult): void
}

const failed = (failure: PublishFailure, error: string): PublishResult => ({ ok: false, failure, error })

/** Starts publishing over `link`. */
export function startPublisher(options: PublisherOptions): Publisher {
  const { link, timings, describe } = options
  const inFlight = new Set<InFlight>()
  let kept: KeptChannel<ConfirmChannel> | null = null
  let unconfirmed = 0
  let unconfirmedBytes = 0
  let stopped = false

  /** Why nothing can be sent now, if so. */
  function refusal(): PublishResult | null {
    if (stopped) return failed('connection_lost', 'the link to the broker is closed')
    const reason = options.blocked()
    if (reason !== null) return failed('blocked', reason)
    if (!kept) return failed('connection_lost', 'not connected to the broker')
    if (unconfirmed >= MAX_UNCONFIRMED || unconfirmedBytes >= MAX_UNCONFIRMED_BYTES) {
      return failed('blocked', `the broker has ${unconfirmed} messages to confirm first`)
    }
    return null
  }

  /** What a confirm, or its absence for good, means. */
  function outcome(entry: InFlight, on: KeptChannel<ConfirmChannel>, error: unknown): PublishResult {
    const end = on.ended()
    if (end?.kind === 'connection') return failed('connection_lost', 'the connection was lost before the confirm')
    if (end) return failed('channel_closed', describe(end.error))
    if (error !== null) return failed('nacked', 'the broker refused the message')
    // The broker confirms what it returned too; the return comes first.
    return entry.returned === null ? { ok: true } : failed('returned', entry.returned)
  }

  const keeper = keepChannel<ConfirmChannel>({
    link,
    timings,
    open: (connection) => openChannel(connection, options.quorumQueues),
    onOpen: (opened) => {
      kept = opened
      opened.channel.on('return', ({ fields, properties }) => {
        for (const entry of inFlight) {
          if (entry.messageId === properties.messageId) entry.returned = returnReason(fields)
        }
      })
      options.onReady()
    },
    onGone: (error) => {
      kept = null
      options.onGone(error === null ? null : describe(error))
    },
  })

  return {
    send: (exchange, routingKey, body, properties) =>
      new Promise((resolve) => {
        const refused = refusal()
        const on = kept
        if (refused || !on) return resolve(refused ?? failed('connection_lost', 'not connected to the broker'))
        const timer = setTimeout(() => {
          const reason = options.blocked()
          entry.settle(
            reason === null
              ? failed('timeout', `no confirm within ${timings.confirmMs} ms`)
              : failed('blocked', reason),
          )
        }, timings.confirmMs)
        // Settled once: a confirm that comes after its time-out changes nothing.
        const entry: InFlight = {
          messageId: properties.messageId,
          returned: null,
          settle: (result) => {
            clearTimeout(timer)
            inFlight.delete(entry)
            resolve(result)
          },
        }
        inFlight.add(entry)
        try {
          on.channel.publish(
            exchange,
            routingKey,
            body,
            { ...properties, mandatory: true, persistent: true },
            (error) => {
              unconfirmed--
              unconfirmedBytes -= body.length
              entry.settle(outcome(entry, on, error))
            },
          )
          unconfirmed++
          unconfirmedBytes += body.length
        } catch (error) {
          // Anything but a channel that is closing is about this message: the library cannot write it.
          const failure = error instanceof IllegalOperationError ? 'channel_closed' : 'nacked'
          entry.settle(failed(failure, describe(error)))
        }
      }),
    stop: async () => {
      stopped = true
      for (const entry of inFlight) entry.settle(failed('connection_lost', 'the link to the broker is closed'))
      await keeper.stop()
    },
  }
}

const returnReason = (fields: object): string => {
  const { replyText, routingKey } = fields as { replyText?: unknown; routingKey?: unknown }
  return `${String(replyText)}: no queue is bound for ${String(routingKey)}`
}

async function openChannel(connection: Connection, quorumQueues: boolean): Promise<KeptChannel<ConfirmChannel>> {
  await declareTopology(connection, quorumQueues)
  return watchChannel(await connection.model.createConfirmChannel(), connection)
}
