import type { TerminalError, TerminalExit, TerminalPresence } from '@/contracts/terminal/terminal'

/** What a person is shown about a terminal link. */
export interface TerminalLinkState {
  phase: 'connecting' | 'attached' | 'reconnecting' | 'closed'
  role: 'driver' | 'viewer'
  readOnly: boolean
  presence: TerminalPresence
  /** Set when the runner's process ended; null again when it was restarted. */
  exit: TerminalExit | null
  /** How often output was skipped because this terminal showed it too slowly: its screen is the present one since. */
  skips: number
  /** The last thing that went wrong; cleared by the next attach. With `fatal` the link is closed. */
  problem: TerminalError | null
  /** Bytes typed and not known to be in the PTY; while attached it is only brought up to date with other changes. */
  unackedInput: number
  /** What was typed waits in the terminal: its program has not read for a while. Nothing of it is lost. */
  inputUnread: boolean
}

/** Before anything is known. */
export const initialLinkState: TerminalLinkState = {
  phase: 'connecting',
  role: 'viewer',
  readOnly: false,
  presence: { driver: null, clients: [], inputRecorded: false },
  exit: null,
  skips: 0,
  problem: null,
  unackedInput: 0,
  inputUnread: false,
}
