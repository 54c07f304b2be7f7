/**
 * Which escape sequences on stdin are the local terminal's own answers and not somebody's keys. The runner's emulator
 * answers every query already; a second answer, from here, would be typed into the program.
 */

/** `CSI 1 ; 2…16 R` is F3 with modifiers as well as a cursor position; all others are positions. */
const MAYBE_F3 = /^1;(?:[2-9]|1[0-6])R$/
const CURSOR_POSITION = /^\d+;\d+R$/
/** Operating status (0n, 3n), window reports (t), terminal parameters (x), DECRPM ($y): no key ends like these. */
const PLAIN_REPORT = /^(?:[03]n|[\d;]*t|[\d;]*x|[\d;]*\$y|[\d;]*c)$/

export type ReportKind = 'key' | 'report' | 'cursorOrF3'

/** Judges a control sequence by what follows `CSI`: parameters, intermediates and the final character. */
export function judgeControlSequence(body: string): ReportKind {
  // Private parameters: DA1, DECXCPR, DECRPM, kitty flags, colour scheme (?); DA2, key modifier options (>); DA3 (=).
  // Mouse reports begin with < and are somebody's hand.
  if (body.startsWith('?') || body.startsWith('>') || body.startsWith('=')) return 'report'
  if (MAYBE_F3.test(body)) return 'cursorOrF3'
  if (CURSOR_POSITION.test(body)) return 'report'
  return PLAIN_REPORT.test(body) ? 'report' : 'key'
}

export const SHIFT = 1
export const CONTROL = 4
/** Caps lock and num lock are on or off without anybody meaning it. */
const LOCKS = 64 | 128

/**
 * The modifiers, locks left out, with which a key was pressed or held that the kitty protocol or xterm's modifyOtherKeys
 * write as a sequence of its own; 0 when the sequence is no press of a key in `codes`, its code points joined by `|`.
 */
export function modifiersOfPress(body: string, codes: string): number {
  const kitty = new RegExp(`^(?:${codes})(?::\\d*)*;(\\d+)(?::(\\d+))?(?:;[\\d:]*)?u$`).exec(body)
  const xterm = new RegExp(`^27;(\\d+);(?:${codes})~$`).exec(body)
  const LET_GO = '3'
  return kitty?.[2] === LET_GO ? 0 : (Number(kitty?.[1] ?? xterm?.[1] ?? 1) - 1) & ~LOCKS
}

/** True for the press of Ctrl-]. */
export const isDetachSequence = (body: string): boolean => modifiersOfPress(body, '93') === CONTROL

/** Ctrl-] pressed, held or let go, in the kitty protocol and xterm's modifyOtherKeys. */
const DETACH_KEY = /^(?:93(?::\d*)*;[\d:;]*u|27;\d+;93~)$/

/** Whether a read brought Ctrl-] and nothing else: pressed at least once. */
export function onlyDetachKey(chunk: Uint8Array): boolean {
  const text = Buffer.from(chunk).toString('latin1')
  const [before, ...sequences] = text.replaceAll('\x1d', '').split('\x1b[')
  if (before !== '' || !sequences.every((body) => DETACH_KEY.test(body))) return false
  return text.includes('\x1d') || sequences.some(isDetachSequence)
}

/** A string sequence that only a terminal sends: OSC with a number or a title, DCS, APC. `introducer` follows ESC. */
export function isReportString(introducer: string, first: string): boolean {
  switch (introducer) {
    case ']':
      return /[0-9lL]/.test(first)
    case 'P':
      return /[0-9!>$+|]/.test(first)
    case '_':
      return first === 'G'
    default:
      return false
  }
}
