import type { Channel } from 'amqplib'
import { pause } from '../broker/pause'
import type { Connection, Link } from './link'
import type { AmqpTimings } from './timings'

/** Why a channel is over: it alone, because of an error, or the connection went and it with it. */
export type ChannelEnd = { kind: 'channel'; error: unknown } | { kind: 'connection' }

/** A channel with its errors listened to from the start. */
export interface KeptChannel<C extends Channel> {
  channel: C
  end: Promise<ChannelEnd>
  /** How it ended, as soon as that is known; before anything else is told. */
  ended(): ChannelEnd | undefined
  /** Closes it as if the broker had, so that a new one is made. */
  giveUp(error: unknown): void
}

/** Watches a channel that was just opened. */
export function watchChannel<C extends Channel>(channel: C, connection: Connection): KeptChannel<C> {
  let failure: { error: unknown } | undefined
  let ended: ChannelEnd | undefined
  let tell: (end: ChannelEnd) => void = () => undefined
  const end = new Promise<ChannelEnd>((resolve) => {
    tell = resolve
  })
  const over = () => {
    ended ??= failure ? { kind: 'channel', error: failure.error } : { kind: 'connection' }
    tell(ended)
  }
  channel.on('error', (error) => {
    failure ??= { error }
  })
  // First of its listeners: the library fails what is unconfirmed in one, and that has to know why.
  channel.prependListener('close', over)
  // Lost between its opening and now: nothing more will be told of it.
  if (connection.isLost()) over()
  return {
    channel,
    end,
    ended: () => ended,
    giveUp: (error) => {
      failure ??= { error }
      over()
      // Nobody waits for it: when the goodbye goes wrong the connection is going as well.
      void Promise.resolve()
        .then(() => channel.close())
        .catch(() => undefined)
    },
  }
}

export interface KeepChannelOptions<C extends Channel> {
  link: Link
  timings: AmqpTimings
  /** Opens a channel and makes it ready. Rejects when it cannot; it is tried again later. */
  open(connection: Connection): Promise<KeptChannel<C>>
  /** It is ready for use until it ends. */
  onOpen(kept: KeptChannel<C>): void
  /** It is not there for now. `error` is null when that is the connection's doing. */
  onGone(error: unknown): void
}

/** Keeps one channel open over reconnects, with growing pauses while that goes wrong. */
export function keepChannel<C extends Channel>(options: KeepChannelOptions<C>): { stop(): Promise<void> } {
  const { link, timings } = options
  const stopping = new AbortController()
  const stopped = new Promise<null>((resolve) => stopping.signal.addEventListener('abort', () => resolve(null)))

  /** One channel's life. Returns whether it was of use: one that is closed as soon as it is used is no success. */
  async function once(connection: Connection): Promise<{ end: ChannelEnd; useful: boolean } | null> {
    const opening = options.open(connection).catch((error: unknown) => ({ error }))
    const opened = await Promise.race([opening, stopped])
    if (opened === null) {
      // Stopped meanwhile: what still opens must not stay open.
      void opening.then((late) => 'channel' in late && late.giveUp(new Error('stopped')))
      return null
    }
    if ('error' in opened) return { end: { kind: 'channel', error: opened.error }, useful: false }
    options.onOpen(opened)
    const settled = pause(timings.retryDelayMs(1), stopping.signal).then(() => true)
    const useful = await Promise.race([opened.end.then(() => false), settled])
    const end = await Promise.race([opened.end, stopped])
    return end && { end, useful }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const connection = await Promise.race([link.connected(), stopped])
      if (!connection || stopping.signal.aborted) return
      const life = await once(connection)
      if (!life || stopping.signal.aborted) return
      const { end, useful } = life
      options.onGone(end.kind === 'channel' ? end.error : null)
      failures = useful ? 1 : failures + 1
      // The link has pauses of its own between two connections.
      if (end.kind === 'channel') await pause(timings.retryDelayMs(failures), stopping.signal)
    }
  }
  const ended = run()
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
