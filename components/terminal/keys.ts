/** Keys of the bar on touch screens. */
export type BarKey = 'Esc' | 'Tab' | 'Enter' | 'Up' | 'Down' | 'Left' | 'Right'

const ARROWS: Partial<Record<BarKey, string>> = { Up: 'A', Down: 'B', Right: 'C', Left: 'D' }
const PLAIN: Partial<Record<BarKey, string>> = { Esc: '\x1b', Tab: '\t', Enter: '\r' }

/** What a key sends; programs may have asked for the other form of arrows. */
export function keyBytes(key: BarKey, applicationCursor: boolean): string {
  const arrow = ARROWS[key]
  return arrow === undefined ? (PLAIN[key] ?? '') : `\x1b${applicationCursor ? 'O' : '['}${arrow}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const REPORT = /^\x1b\[(?:[IOM]|<)/

/** Whether this is the terminal's own report of the mouse or the focus: nobody typed it. */
export const isReport = (data: string): boolean => REPORT.test(data)

/** What Ctrl and this one character send together; anything else unchanged. */
export function withCtrl(data: string): string {
  if (data === ' ') return '\0'
  if (data === '?') return '\x7f'
  // @A-Z[\]^_ and a-z are the characters that have a control code.
  if (!/^[@-_a-z]$/.test(data)) return data
  return String.fromCharCode(data.toUpperCase().charCodeAt(0) & 0x1f)
}
