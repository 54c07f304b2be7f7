import type { Socket } from 'socket.io'
import {
  type ClientToDaemon,
  type DaemonToClient,
  OUTPUT_WINDOW_BYTES,
  type TerminalHandshake,
  type TerminalSize,
} from '@/contracts/terminal/terminal'
import type { RedeemedTicket } from '../../services/runner/redeem-ticket'
import { createInputAllowance, type InputAllowance } from './input-allowance'
import { createOutputWindow, type OutputWindow } from './output-window'

export type ClientSocket = Socket<ClientToDaemon, DaemonToClient>

/** What the agent said while a client was being synced, in order. */
export type PendingOutput =
  | { offset: number; data: Uint8Array }
  | { size: { cols: number; rows: number }; offset: number | undefined }

/** One attached browser or CLI. */
export interface TerminalClient {
  readonly clientId: string
  readonly userId: string
  readonly name: string
  /** How they are signed in. */
  readonly credential: string
  readonly readOnly: boolean
  /** Came by a shared link: is not told who else is there, and is nobody who attends to the runner. */
  readonly guest: boolean
  readonly socket: ClientSocket
  readonly window: OutputWindow
  /** It came to look: it drives once it types. */
  readonly watch: boolean
  /** The size it gives the PTY when it drives; null when it leaves that as it is. */
  size: TerminalSize | null
  /** `waiting`: the runner has no terminal yet. `syncing`: a watch reply is under way, output waits in `pending`. */
  phase: 'waiting' | 'syncing' | 'live'
  pending: PendingOutput[]
  pendingBytes: number
  /** How often the agent was asked for this client; an answer to an earlier question is stale. */
  syncs: number
  /** Typed while there was no terminal yet, or faster than is allowed; goes out, in order, when its time has come. */
  heldInput: { seq: number; data: Uint8Array }[]
  readonly allowance: InputAllowance
  /** Waits for more allowance. */
  inputTimer: NodeJS.Timeout | null
  /** It tried what it may not, and that is written down. */
  refused: boolean
}

const sizeOf = ({ cols, rows }: TerminalHandshake): TerminalSize | null =>
  cols === null || rows === null ? null : { cols, rows }

export function createTerminalClient(
  socket: ClientSocket,
  handshake: TerminalHandshake,
  ticket: RedeemedTicket,
): TerminalClient {
  return {
    clientId: handshake.clientId,
    userId: ticket.userId,
    name: ticket.userName,
    credential: ticket.credential,
    readOnly: ticket.readOnly,
    guest: ticket.guest,
    socket,
    window: createOutputWindow(0),
    watch: handshake.watch,
    size: sizeOf(handshake),
    phase: 'waiting',
    pending: [],
    pendingBytes: 0,
    syncs: 0,
    heldInput: [],
    allowance: createInputAllowance(() => performance.now()),
    inputTimer: null,
    refused: false,
  }
}

/** Keeps what the agent says until the client's screen is there. */
export function holdOutput(client: TerminalClient, item: PendingOutput): void {
  const last = client.pending.at(-1)
  if ('data' in item) {
    // Past the bound the queue has a hole at its end, which the window turns into a resync.
    if (client.pendingBytes >= OUTPUT_WINDOW_BYTES) return
    client.pendingBytes += item.data.length
  } else if (last !== undefined && 'size' in last) {
    // Between the same bytes only the last one counts: a person dragging an edge makes many.
    client.pending.pop()
  }
  client.pending.push(item)
}
