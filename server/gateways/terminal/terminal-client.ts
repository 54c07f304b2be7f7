import type { Socket } from 'socket.io'
import type { ClientToDaemon, DaemonToClient, TerminalHandshake } from '@/contracts/terminal/terminal'
import type { RedeemedTicket } from '../../services/runner/redeem-ticket'
import { createOutputWindow, type OutputWindow } from './output-window'

export type ClientSocket = Socket<ClientToDaemon, DaemonToClient>

/** One attached browser or CLI. */
export interface TerminalClient {
  readonly clientId: string
  readonly userId: string
  readonly name: string
  readonly readOnly: boolean
  readonly socket: ClientSocket
  readonly window: OutputWindow
  /** The size its screen has; applied to the PTY when it drives. */
  size: { cols: number; rows: number }
  /** `waiting`: the runner has no terminal yet. `syncing`: a watch reply is under way, output waits in `pending`. */
  phase: 'waiting' | 'syncing' | 'live'
  pending: { offset: number; data: Uint8Array }[]
  pendingBytes: number
  /** How often the agent was asked for this client; an answer to an earlier question is stale. */
  syncs: number
  /** Typed while there was no terminal yet; goes out, in order, once there is one. */
  heldInput: { seq: number; data: Uint8Array }[]
}

export function createTerminalClient(
  socket: ClientSocket,
  handshake: TerminalHandshake,
  ticket: RedeemedTicket,
): TerminalClient {
  return {
    clientId: handshake.clientId,
    userId: ticket.userId,
    name: ticket.userName,
    readOnly: ticket.readOnly,
    socket,
    window: createOutputWindow(0),
    size: { cols: handshake.cols, rows: handshake.rows },
    phase: 'waiting',
    pending: [],
    pendingBytes: 0,
    syncs: 0,
    heldInput: [],
  }
}
