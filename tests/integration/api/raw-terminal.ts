import { randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import {
  TERMINAL_NAMESPACE,
  TERMINAL_PROTOCOL_VERSION,
  type TerminalAttached,
  type TerminalError,
} from '@/contracts/terminal/terminal'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** A client that sends what no client of ours would, and keeps what it is told. */
export interface RawTerminal {
  socket: Socket
  attached: TerminalAttached[]
  problems: TerminalError[]
  /** Code of the refused handshake. */
  refusal(): string | undefined
  /** Bytes of output and snapshots it was given. */
  bytes(): number
  acked: number[]
  /** Sends bytes below socket.io: a packet of engine.io as it stands on the wire. */
  sendFrame(frame: string | Buffer): void
  close(): void
}

/** Connects with this handshake, laid over a right one. Resolves when it is let in or refused. */
export async function connectRaw(
  stack: Stack,
  auth: Record<string, unknown>,
  namespace: string = TERMINAL_NAMESPACE,
  headers: Record<string, string> = { authorization: `Bearer ${stack.token}` },
  protocols: string[] = [],
): Promise<RawTerminal> {
  const handshake = {
    protocol: TERMINAL_PROTOCOL_VERSION,
    clientId: randomUUID(),
    resumeFrom: null,
    cols: 80,
    rows: 24,
  }
  const socket: Socket = io(`${stack.url}${namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
    ...(protocols.length > 0 && { protocols }),
    auth: { ...handshake, ...auth },
  })
  const attached: TerminalAttached[] = []
  const problems: TerminalError[] = []
  const acked: number[] = []
  let refusal: string | undefined
  let bytes = 0
  socket.on('attached', (message: TerminalAttached) => attached.push(message))
  socket.on('problem', (problem: TerminalError) => problems.push(problem))
  socket.on('inputAck', (seq: number) => acked.push(seq))
  socket.on('output', (_offset: number, data: Uint8Array) => {
    bytes += data.byteLength
  })
  socket.on('snapshot', (snapshot: { data: Uint8Array }) => {
    bytes += snapshot.data.byteLength
  })
  socket.on('connect_error', (error) => {
    refusal = (error as { data?: { code?: string } }).data?.code ?? error.message
  })
  // A terminal says `attached` some time after the connection; other namespaces say nothing by themselves.
  const isOpen = () => (namespace === TERMINAL_NAMESPACE ? attached.length > 0 : socket.connected)
  await waitUntil('the handshake is answered', () => isOpen() || refusal !== undefined)
  return {
    socket,
    attached,
    problems,
    refusal: () => refusal,
    bytes: () => bytes,
    acked,
    sendFrame: (frame) => {
      // The WebSocket below is no part of the public types.
      const { ws } = socket.io.engine.transport as unknown as { ws: { send(data: string | Buffer): void } }
      ws.send(frame)
    },
    close: () => socket.disconnect(),
  }
}
