import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { CONTROL, modifiersOfPress, SHIFT } from './terminal-report'

/** What Ctrl-^ does now: asks for the seat, or gives it to who asks. */
export type SeatAct = { kind: 'ask' } | { kind: 'give'; clientId: string; name: string }

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
  return asker === undefined ? null : { kind: 'give', clientId: asker.clientId, name: asker.name }
}

export interface SeatKeyPorts {
  state(): TerminalLinkState
  ask(): void
  give(clientId: string): void
  notice(text: string): void
  /** Milliseconds of a steady clock. */
  now(): number
}

/** A second press within this gives the seat: the first may have been meant for the program. */
const GIVE_WITHIN_MS = 3_000

/** Takes what was typed and answers whether it was Ctrl-^ and meant something here. */
export function createSeatKey({ state, ask, give, notice, now }: SeatKeyPorts): (data: Uint8Array) => boolean {
  let warned = { clientId: '', until: 0 }
  return (data) => {
    const act = isSeatKey(data) ? seatActOf(state()) : null
    if (act === null) return false
    if (act.kind === 'ask') ask()
    else if (warned.clientId === act.clientId && now() < warned.until) give(act.clientId)
    else {
      warned = { clientId: act.clientId, until: now() + GIVE_WITHIN_MS }
      notice(`Ctrl-^ once more gives ${act.name} the seat`)
    }
    return true
  }
}
