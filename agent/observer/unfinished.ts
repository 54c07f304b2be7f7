/** An unfinished sequence is kept up to this; of a longer one (an image) the rest is nothing that a viewer could use. */
const MAX_KEPT_BYTES = 64 * 1024
/** The beginning of a string that every terminal ignores to its end, whatever it holds. */
const IGNORED_STRING = new TextEncoder().encode('\x1b]7999;')

const ESC = 0x1b
const BEL = 0x07
const CAN = 0x18
const SUB = 0x1a
/** C1 controls in UTF-8 are this byte and one from 0x80 to 0x9f. */
const C1_LEAD = 0xc2
/** What `ESC` and one of these opens; the C1 controls of the same meaning are 0x40 higher. */
const OPENERS = new Map<number, State>([
  [0x5b, 'sequence'],
  [0x5d, 'osc'],
  [0x50, 'string'],
  [0x58, 'string'],
  [0x5e, 'string'],
  [0x5f, 'string'],
])

type State = 'text' | 'escape' | 'sequence' | 'osc' | 'string'

/** Knows which bytes at the end of a stream are part of a character or an escape sequence that is not complete yet. */
export interface Unfinished {
  take(data: Uint8Array): void
  /** Those bytes, or ones that mean the same: a terminal that gets them first understands what follows. */
  bytes(): Uint8Array
}

/** At the beginning of a stream. Follows the state machine of xterm.js. */
export function createUnfinished(): Unfinished {
  let state: State = 'text'
  let kept: number[] = []
  let isLong = false
  /** Bytes still missing of a character, and whether it may be a C1 control. */
  let missing = 0
  let mayBeC1 = false

  const enter = (next: State, bytes: number[]): void => {
    state = next
    kept = bytes
    isLong = false
  }
  const keep = (byte: number): void => {
    if (kept.length >= MAX_KEPT_BYTES) isLong = true
    else kept.push(byte)
  }

  /** A character is complete; `last` is its last byte. */
  function takeCharacter(last: number): void {
    if (mayBeC1 && last <= 0x9f) {
      const opened = OPENERS.get(last - 0x40)
      enter(opened ?? 'text', opened === undefined ? [] : [C1_LEAD, last])
    } else if (state === 'text' || state === 'escape' || state === 'sequence') enter('text', [])
  }

  /** True when the byte belongs to a character of several. */
  function takeMultibyte(byte: number): boolean {
    if (missing > 0 && byte >= 0x80 && byte <= 0xbf) {
      keep(byte)
      missing -= 1
      if (missing === 0) takeCharacter(byte)
      return true
    }
    // What was cut off is given up by every decoder.
    if (missing > 0 && state === 'text') enter('text', [])
    missing = 0
    if (byte < 0x80) return false
    if (byte >= 0xc2 && byte <= 0xf4) {
      missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
      mayBeC1 = byte === C1_LEAD
      keep(byte)
    }
    return true
  }

  function take(byte: number): void {
    if (takeMultibyte(byte)) return
    if (byte === ESC) enter('escape', [ESC])
    else if (state === 'text') return
    else if (byte === CAN || byte === SUB || (state === 'osc' && byte === BEL)) enter('text', [])
    else if (state === 'osc' || state === 'string') keep(byte)
    // A control in the middle of a sequence has had its effect already.
    else if (byte < 0x20) return
    else if (state === 'sequence') {
      if (byte >= 0x40 && byte !== 0x7f) enter('text', [])
      else keep(byte)
    } else if (byte < 0x30 || byte === 0x7f) keep(byte)
    else {
      const opened = kept.length === 1 ? OPENERS.get(byte) : undefined
      enter(opened ?? 'text', opened === undefined ? [] : [ESC, byte])
    }
  }

  /** From where a chunk must be looked at byte by byte: plain text before that is found by a native search. */
  function firstOfInterest(data: Uint8Array): number {
    if (state !== 'text' || missing > 0) return 0
    const sequence = data.indexOf(ESC)
    const c1 = data.indexOf(C1_LEAD)
    const tail = Math.max(0, data.length - 3)
    return Math.min(sequence < 0 ? tail : sequence, c1 < 0 ? tail : c1, tail)
  }

  return {
    take(data) {
      for (let at = firstOfInterest(data); at < data.length; at += 1) take(data[at] ?? 0)
    },
    bytes: () => (isLong ? IGNORED_STRING : Uint8Array.from(kept)),
  }
}
