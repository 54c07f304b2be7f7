import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import {
  type ClientToDaemon,
  type DaemonToClient,
  TERMINAL_NAMESPACE,
  type TerminalError,
  type TerminalHandshake,
} from '@/contracts/terminal/terminal'

/** Time for the handshake up to `attached`; then the attempt counts as failed and another is made. */
const ATTACH_TIMEOUT_MS = 10_000

/** Bytes of a message as socket.io hands them over: Buffer in Node, ArrayBuffer in a browser. */
export const toBytes = (data: Uint8Array | ArrayBuffer): Uint8Array =>
  data instanceof Uint8Array ? data : new Uint8Array(data)

export type TerminalSocket = Socket<DaemonToClient, ClientToDaemon>

export interface ConnectionEvents extends DaemonToClient {
  /** The connection is over, or never came to be; called once. `error` when the daemon said why. */
  lost: (why: string, error: TerminalError | null) => void
}

/** Refusals that another ticket cannot change: another protocol, no such runner, not allowed. */
const FINAL_REFUSALS = new Set(['invalid_input', 'not_found', 'forbidden'])

/** Reads what a daemon's refusal of the handshake carries; null when it is not of the daemon. */
function refusalOf(error: Error): TerminalError | null {
  const code = (error as { data?: { code?: unknown } | null }).data?.code
  return typeof code === 'string' ? { code, message: error.message, fatal: FINAL_REFUSALS.has(code) } : null
}

/**
 * Makes one connection, without retries. All events stop when the returned `close` is called or `lost` was told.
 */
export function connectTerminal(
  url: string,
  handshake: TerminalHandshake,
  socketOptions: Partial<ManagerOptions & SocketOptions>,
  events: ConnectionEvents,
): { socket: TerminalSocket; close(): void } {
  const socket: TerminalSocket = io(`${url}${TERMINAL_NAMESPACE}`, {
    transports: ['websocket'],
    timeout: ATTACH_TIMEOUT_MS,
    ...socketOptions,
    auth: handshake,
    autoConnect: false,
    // Each attempt needs a fresh ticket, so retrying is the link's business; and a shared manager would outlive us.
    reconnection: false,
    forceNew: true,
  })
  let over = false

  function close(): void {
    over = true
    socket.removeAllListeners()
    socket.disconnect()
  }
  function lose(why: string, error: TerminalError | null): void {
    if (over) return
    close()
    events.lost(why, error)
  }

  socket.on('attached', events.attached)
  socket.on('snapshot', (message) => events.snapshot({ ...message, data: toBytes(message.data) }))
  socket.on('output', (offset, data) => events.output(offset, toBytes(data)))
  socket.on('resized', events.resized)
  socket.on('presence', events.presence)
  socket.on('inputAck', events.inputAck)
  socket.on('exited', events.exited)
  socket.on('problem', events.problem)
  socket.on('connect_error', (error) => lose(error.message, refusalOf(error)))
  socket.on('disconnect', (reason) => lose(reason, null))
  socket.connect()
  return { socket, close }
}
