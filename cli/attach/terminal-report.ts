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

/** The kitty protocol and xterm's modifyOtherKeys write Ctrl-] as a sequence of its own; true for its press. */
export function isDetachSequence(body: string): boolean {
  const kitty = /^93(?::\d*)*;(\d+)(?::(\d+))?(?:;[\d:]*)?u$/.exec(body)
  const xterm = /^27;(\d+);93~$/.exec(body)
  const modifiers = Number(kitty?.[1] ?? xterm?.[1] ?? 0) - 1
  // Caps lock and num lock are on or off without anybody meaning it.
  const CONTROL = 4
  const LOCKS = 64 | 128
  return modifiers > 0 && (modifiers & ~LOCKS) === CONTROL && kitty?.[2] !== '3'
}

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
