import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { CONTROL, modifiersOfPress, SHIFT } from './terminal-report'

/** What Ctrl-^ does now: asks for the seat, or gives it to who asks. */
export type SeatAct = { kind: 'ask' } | { kind: 'give'; clientId: string }

const CTRL_CARET = 0x1e
const CONTROL_SEQUENCE = '\x1b['
/** Which key `^` is on differs: 6 or its own. */
const SEAT_KEYS = '54|94'

/** Whether a read brought Ctrl-^ and nothing else: within anything longer it is somebody's text. */
export function isSeatKey(data: Uint8Array): boolean {
  if (data.length === 1) return data[0] === CTRL_CARET
  const text = Buffer.from(data).toString('latin1')
  if (!text.startsWith(CONTROL_SEQUENCE)) return false
  return (modifiersOfPress(text.slice(CONTROL_SEQUENCE.length), SEAT_KEYS) & ~SHIFT) === CONTROL
}

/** What it does here; null where it means nothing, and is the program's like every other key. */
export function seatActOf(state: TerminalLinkState): SeatAct | null {
  if (state.phase !== 'attached' || state.readOnly) return null
  if (state.role === 'viewer') return state.presence.driver === null ? null : { kind: 'ask' }
  const asker = state.presence.clients.find((client) => client.asks)
  return asker === undefined ? null : { kind: 'give', clientId: asker.clientId }
}
