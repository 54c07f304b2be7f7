import type { ClientToDaemon } from '@/contracts/terminal/terminal'

/**
 * Which right each event of a client needs. `watch`: being attached is enough. `drive`: a ticket that is not read-only.
 * An event without a line here does not compile, and is not listened for.
 */
export const TERMINAL_EVENT_RULES: Record<keyof ClientToDaemon, 'watch' | 'drive'> = {
  input: 'drive',
  ack: 'watch',
  // Only remembered, unless the client drives.
  resize: 'watch',
  takeSeat: 'drive',
  askSeat: 'drive',
  answerSeat: 'drive',
  releaseSeat: 'drive',
}

export type TerminalEvent = keyof typeof TERMINAL_EVENT_RULES

/** Whether somebody attached like this may send this event. */
export const maySend = (event: TerminalEvent, { readOnly }: { readOnly: boolean }): boolean =>
  TERMINAL_EVENT_RULES[event] === 'watch' || !readOnly
