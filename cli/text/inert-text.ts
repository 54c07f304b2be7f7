// C0, DEL, C1, lone surrogates, bidi controls, line and paragraph separators: what could move the cursor, speak to the
// terminal or make text read as something else.
const LIVE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
const LIVE_BUT_LAYOUT = /[^\P{Cc}\n\t]|[\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
// JSON.stringify escapes C0 only.
const LIVE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

function visible(character: string): string {
  const code = character.charCodeAt(0)
  if (code === 0x0a) return '\\n'
  if (code === 0x0d) return '\\r'
  if (code === 0x09) return '\\t'
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Text of others on one line: everything that could act on a terminal is shown as an escape. */
export const inertLine = (text: string): string => text.replace(LIVE, visible)

/** The same for text of several lines: newlines and tabs stay. */
export const inertLines = (text: string): string => text.replace(/\r\n/g, '\n').replace(LIVE_BUT_LAYOUT, visible)

/** JSON that is safe to print on a terminal and means exactly the same. `indent` in spaces. */
export function inertJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    LIVE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
