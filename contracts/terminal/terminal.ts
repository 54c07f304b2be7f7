import { z } from 'zod'
import { terminalDimension, uuid } from '../primitives'

/**
 * The protocol between a client (browser or CLI) and the daemon, on socket.io namespace `/terminal`.
 *
 * A client connects with a fresh ticket, its own `clientId` (kept over reconnects) and the offset up to which it has
 * everything. The daemon answers `attached`, then either a `snapshot` (reset the terminal, write it) or `output` from
 * exactly that offset. The client acknowledges what it has rendered; past the window it gets nothing more, and a
 * snapshot marked `resync` once it has caught up.
 */
export const TERMINAL_PROTOCOL_VERSION = 1
export const TERMINAL_NAMESPACE = '/terminal'

/** One input message at most; larger pastes are cut by the client, in order. */
export const MAX_INPUT_BYTES = 64 * 1024

/** Input messages a client may have unacknowledged; bounds what a reconnect sends again. */
export const MAX_UNACKED_INPUTS = 64

/** And their bytes together: well below what the agent holds for a program, so that a large paste is never refused. */
export const MAX_UNACKED_INPUT_BYTES = 512 * 1024

/**
 * Input a client gave up, written or not, leaves its numbers unused: the client goes on right after a multiple of this,
 * more than MAX_UNACKED_INPUTS further on. Only there may numbers be missing; no number ever means two inputs.
 */
export const INPUT_SEQ_STRIDE = 1_000_000

/** Bytes a client may have unacknowledged before the stream to it stops: a few hundred ms of a flood. */
export const OUTPUT_WINDOW_BYTES = 1024 * 1024

/** A client acknowledges at least this often, in rendered bytes. */
export const OUTPUT_ACK_EVERY_BYTES = 16 * 1024

/** socket.io `auth` of a client. */
export const terminalHandshake = z.object({
  protocol: z.number().int(),
  ticket: z.string().min(1).max(200),
  clientId: uuid,
  /** Output offset and epoch the client has everything before, when it resumes. */
  resumeFrom: z.object({ epoch: z.number().int().nonnegative(), offset: z.number().int().nonnegative() }).nullable(),
  /** The size it gives the PTY when it drives; null when it never does: a phone, or one of many on a wall. */
  cols: terminalDimension.nullable(),
  rows: terminalDimension.nullable(),
  /** It comes to look, or comes back and did not drive: a free seat is left free until it types. */
  watch: z.boolean().default(false),
})
export type TerminalHandshake = z.infer<typeof terminalHandshake>

export const terminalSize = z.object({ cols: terminalDimension, rows: terminalDimension })
export type TerminalSize = z.infer<typeof terminalSize>

/** What a client says with `resize`; null takes back what it said. */
export const wantedSize = terminalSize.nullable()

/** Who is there. Exactly one client may drive; everybody sees who. */
export interface TerminalPresence {
  /** `away`: its connection broke a moment ago, and the seat is kept for it. */
  driver: { clientId: string; name: string; away?: boolean } | null
  /** `asks`: it would like the seat. */
  clients: { clientId: string; name: string; readOnly: boolean; asks: boolean }[]
  /** What the driver types is part of the runner's recording. */
  inputRecorded: boolean
}

export interface TerminalAttached {
  runnerId: string
  epoch: number
  role: 'driver' | 'viewer'
  readOnly: boolean
  cols: number
  rows: number
  /** Last input seq of this client that is in the PTY: everything later must be sent again. */
  writtenSeq: number
}

export interface TerminalSnapshot {
  epoch: number
  /** The stream goes on from this offset. */
  offset: number
  cols: number
  rows: number
  title: string
  data: Uint8Array
  /** `resync`: output was skipped because this client was slow. `restart`: the runner began a new epoch. */
  reason: 'attach' | 'resync' | 'restart'
}

export interface TerminalExit {
  status: 'terminated' | 'failed' | 'lost'
  exitCode: number | null
  signal: string | null
  reason: string | null
}

export interface TerminalError {
  code: string
  message: string
  /** The socket closes after it and reconnecting with a new ticket will not help. */
  fatal: boolean
}

/** What the daemon emits to a client. */
export interface DaemonToClient {
  attached: (message: TerminalAttached) => void
  snapshot: (message: TerminalSnapshot) => void
  /** Positional because it is the hot path. */
  output: (offset: number, data: Uint8Array) => void
  resized: (size: TerminalSize) => void
  presence: (presence: TerminalPresence) => void
  /** Cumulative: everything up to `seq` is in the PTY. */
  inputAck: (seq: number) => void
  exited: (exit: TerminalExit) => void
  problem: (error: TerminalError) => void
}

/** What a client emits. */
export interface ClientToDaemon {
  /** seq starts at 1 and grows by one per message of this clientId, but for INPUT_SEQ_STRIDE. */
  input: (seq: number, data: Uint8Array | string) => void
  /** Cumulative: everything before this offset is on the screen. */
  ack: (offset: number) => void
  /**
   * From the driver it sizes the PTY, from others it is remembered until they drive; also from one that gave no size.
   * With null it leaves the PTY as it is from then on.
   */
  resize: (size: TerminalSize | null) => void
  takeSeat: () => void
  /** Asks the driver for the seat. */
  askSeat: () => void
  /** From the driver: hands the seat to another client, or refuses it. */
  answerSeat: (clientId: string, given: boolean) => void
  releaseSeat: () => void
}
