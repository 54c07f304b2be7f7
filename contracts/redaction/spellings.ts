/** Lines of values shorter than this are too common to be taken for secrets. */
const MIN_LINE_LENGTH = 6

/**
 * The lines of values, since who prints one may indent it or break it another way. Those of a value that has only one come
 * first: of too many, lines of the long ones are given up, and no password.
 */
function linesOf(values: readonly string[]): string[] {
  const whole = values.map((value) => value.split(/\r?\n/))
  const few = whole.filter(({ length }) => length === 1)
  const many = whole.filter(({ length }) => length > 1)
  const lines = [...few, ...many].flat().filter((line) => line.trim().length >= MIN_LINE_LENGTH)
  return [...new Set(lines)]
}

/** More than there are secrets of anybody; more take seconds to look for. */
const MAX_SPELLINGS = 2_000

/** The lines of values as they may stand in texts, up to so many. */
export function spelledLines(values: readonly string[]): string[] {
  const spelled = new Set<string>()
  for (const line of linesOf(values)) {
    if (spelled.size >= MAX_SPELLINGS) break
    for (const spelling of spellingsOf(line)) spelled.add(spelling)
  }
  return [...spelled]
}

const unit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** As writers of JSON do it: ours, Go's (safe in HTML), Python's (ASCII only), PHP's (slashes too). */
function inJson(line: string): string[] {
  const usual = JSON.stringify(line).slice(1, -1)
  const ascii = usual.replace(/[^\0-\x7f]/g, unit)
  return [usual, usual.replace(/[<>&]/g, unit), ascii, ascii.replaceAll('/', '\\/')]
}

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** As writers of addresses do it: in a query, with everything escaped, in a path, as a password, in a form. */
function inAddress(line: string): string[] {
  const part = encodeURIComponent(line)
  const strict = part.replace(/[!'()*]/g, hex)
  const login = new URL('http://host')
  login.password = line
  const form = new URLSearchParams({ v: line }).toString().slice('v='.length)
  const upper = [part, strict, strict.replaceAll('%2F', '/'), login.password, form]
  return [...upper, ...upper.map((text) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()))]
}

/** How one line may stand in texts: as it is, in JSON, in an address. Of most it is one spelling. */
function spellingsOf(line: string): string[] {
  // What is no text, half a character, has no escapes either.
  return [...new Set([line, ...inJson(line), ...inAddress(line.toWellFormed())])]
}
