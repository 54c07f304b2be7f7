import { type ChannelModel, connect, type SocketOptions } from 'amqplib'
import type { BrokerState } from '../../core/ports/broker'
import { pause, within } from '../broker/pause'
import { describeFailure, withHeartbeat } from './broker-address'
import type { AmqpTimings } from './timings'

/** One connection of a link, from open to lost. */
export interface Connection {
  model: ChannelModel
  isLost(): boolean
}

/** A connection to the broker that is made again whenever it is lost. */
export interface Link {
  /** The open connection, once there is one; null after the link was closed. */
  connected(): Promise<Connection | null>
  /** The open connection, when there is one now. */
  current(): Connection | null
  close(): Promise<void>
}

export interface LinkOptions {
  url: string
  /** Shown in RabbitMQ's list of connections. */
  name: string
  /** Certificates (PEM) to trust besides those of the system; for amqps:// only. */
  ca: string | undefined
  timings: AmqpTimings
  onState(state: Exclude<BrokerState, 'closed'>, error: string | null): void
}

/**
 * Keeps connecting. The library can do that by itself (`recovery`), but waits without a limit for a frozen broker to
 * say goodbye before it tries again, and gives no hold on the socket: here each attempt can be cut.
 */
export function openLink(options: LinkOptions): Link {
  const { timings, onState } = options
  const closing = new AbortController()
  let current: Connection | null = null
  let waiting: ((connection: Connection | null) => void)[] = []
  const hand = (connection: Connection | null) => {
    current = connection
    const told = waiting
    waiting = []
    for (const tell of told) tell(connection)
  }

  async function run(): Promise<void> {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      const cut = new AbortController()
      try {
        const opened = await open(options, cut, closing.signal)
        failures = 0
        hand(opened)
        const reason = await untilLost(opened, cut, closing.signal, options)
        current = null
        if (!closing.signal.aborted) onState('connecting', reason)
      } catch (error) {
        if (!closing.signal.aborted) onState('connecting', describeFailure(error, options.url))
      } finally {
        // Whatever is left of the socket: a frozen peer never answers our goodbye.
        cut.abort()
      }
      await pause(timings.retryDelayMs(Math.max(failures, 1)), closing.signal)
    }
    hand(null)
  }
  const ended = run()
  return {
    current: () => current,
    connected: () => {
      if (current || closing.signal.aborted) return Promise.resolve(current)
      return new Promise((resolve) => waiting.push(resolve))
    },
    close: async () => {
      closing.abort()
      await ended
    },
  }
}

/** The connection with how it ended; the broker's words, when it had any. */
interface Opened extends Connection {
  ending: Promise<unknown>
}

async function open(options: LinkOptions, cut: AbortController, closing: AbortSignal): Promise<Opened> {
  const { timings } = options
  const give = () => cut.abort()
  closing.addEventListener('abort', give)
  // For the whole of it: the library's own limit begins anew with every byte.
  const timer = setTimeout(give, timings.connectMs)
  try {
    // Node's sockets end with this signal; the library hands its socket options on to them.
    const socketOptions: SocketOptions & { signal: AbortSignal } = {
      signal: cut.signal,
      noDelay: true,
      ca: options.ca,
      clientProperties: { connection_name: options.name },
    }
    const model = await connect(withHeartbeat(options.url, timings.heartbeatSeconds), socketOptions)
    return watch(model)
  } catch (error) {
    if (cut.signal.aborted) throw new Error(`no connection within ${timings.connectMs} ms`, { cause: error })
    throw error
  } finally {
    clearTimeout(timer)
    closing.removeEventListener('abort', give)
  }
}

function watch(model: ChannelModel): Opened {
  let error: unknown
  let over = false
  // It is told as the reason when the connection ends, which follows.
  model.on('error', (cause) => {
    error ??= cause
  })
  const ending = new Promise<unknown>((resolve) => {
    model.on('close', (cause) => {
      over = true
      resolve(error ?? cause ?? new Error('the connection was closed'))
    })
  })
  return { model, ending, isLost: () => over }
}

/** Waits for the end of the connection, or for the link's, which it then closes in order. Returns why it ended. */
async function untilLost(
  { model, ending }: Opened,
  cut: AbortController,
  closing: AbortSignal,
  { timings, onState, url }: LinkOptions,
): Promise<string> {
  model.on('blocked', (reason) => onState('blocked', `the broker takes nothing: ${reason}`))
  model.on('unblocked', () => onState('ready', null))
  onState('ready', null)
  const close = () => {
    void within(timings.closeMs, model.close()).then(() => cut.abort())
  }
  if (closing.aborted) close()
  closing.addEventListener('abort', close)
  const reason = await ending
  closing.removeEventListener('abort', close)
  return describeFailure(reason, url)
}
