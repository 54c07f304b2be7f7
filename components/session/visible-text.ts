// CSI, OSC and the other escape sequences of terminals.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
// What hides, reorders or ends text: controls but layout, bidi controls, separators.
const UNSEEN = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** Text of others as it is to be read: colours of terminals are left out, everything else unseen is shown as its code. */
export const visibleText = (text: string): string =>
  text
    .replace(/\r\n/g, '\n')
    .replace(ESCAPES, '')
    .replace(UNSEEN, (character) => `\u27e8${character.charCodeAt(0).toString(16).padStart(4, '0')}\u27e9`)

// Besides: what has no width, tags, fillers. Emoji of several parts are taken apart by it.
const INVISIBLE = /[^\P{Cc}\n\t]|\p{Cf}|[\u115f\u1160\u2028\u2029\u3164\uffa0]/gu

/** Text that somebody decides on: whatever cannot be seen is shown as its code, and nothing is left out. */
export const literalText = (text: string): string =>
  text.replace(INVISIBLE, (character) => `\u27e8${character.codePointAt(0)?.toString(16).padStart(4, '0')}\u27e9`)

/** A text cut where `needle` begins and ends, hits at the odd places. Case does not matter. */
export function splitAtHits(text: string, needle: string): string[] {
  if (needle === '') return [text]
  const lower = text.toLowerCase()
  // A letter that is longer in lower case would shift everything after it.
  if (lower.length !== text.length) return [text]
  const wanted = needle.toLowerCase()
  const parts: string[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  return [...parts, text.slice(from)]
}
