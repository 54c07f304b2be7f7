/** Where in a text a secret stands, in UTF-16 code units. */
export interface Place {
  from: number
  to: number
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY-----/g
const END = /-----END [A-Z0-9 ]{0,24}PRIVATE KEY-----/y
/** What belongs to a key wherever it stands behind its first line. In JSON its lines end in `\\n`. */
const BODY = /(?:(?:Proc-Type|DEK-Info): ?[\w,-]{1,80}|[A-Za-z0-9+/=]|\\[rn]|[\r\n])*/y
/**
 * What may stand between two lines: the file's name as grep tells it, indents, line numbers, marks of quotes, comments, diffs and
 * of texts in pieces, and line ends of JSON within JSON.
 */
const BEFORE_LINE =
  /(?:(?<=\n[\w+/=]{0,80})[\w./-]{1,80}:|\\{1,8}[rnt]|\\(?=\r?\n)|[\s>|:→\d#"'*,;]|\+(?=\s)|-(?!----END)){1,40}/y
const LINE = /[A-Za-z0-9+/=]*/y
const NUMBER_AT_END = /\d*$/
/** A line that is none of a key is hardly so long without a space. */
const SURELY_A_LINE = 16

/** Where the match of a sticky pattern that begins at `at` ends; `at` itself where there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return at + (pattern.exec(text)?.[0].length ?? 0)
}

const endsAt = (text: string, at: number): boolean => text.startsWith('-----END ', at)

/** Where, behind what may stand before a line, the key goes on; null where it does not. */
function nextLine(text: string, at: number): number | null {
  const before = endOf(BEFORE_LINE, text, at)
  if (before === at) return null
  if (endsAt(text, before)) return before
  // Digits before it may be its number or its own.
  const begins = before - (NUMBER_AT_END.exec(text.slice(at, before))?.[0].length ?? 0)
  const ends = endOf(LINE, text, before)
  if (ends - begins >= SURELY_A_LINE) return begins
  // The last line may be a short one.
  return ends > begins && endsAt(text, endOf(BEFORE_LINE, text, ends)) ? begins : null
}

/**
 * The private keys in a text, as much of each as there is: its first line and what can be its body. Only that: whoever
 * approves a command must see what follows a line that merely looks like the beginning of a key. Takes time in proportion
 * to the text, whatever it is.
 */
export function privateKeysIn(text: string): Place[] {
  const found: Place[] = []
  BEGIN.lastIndex = 0
  for (let match = BEGIN.exec(text); match !== null; match = BEGIN.exec(text)) {
    let to = BEGIN.lastIndex
    for (let line: number | null = to; line !== null; line = nextLine(text, to)) to = endOf(BODY, text, line)
    to = endOf(END, text, to)
    found.push({ from: match.index, to })
    BEGIN.lastIndex = to
  }
  return found
}
