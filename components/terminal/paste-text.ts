/** The end of a bracketed paste: inside pasted text it would let what follows run as typed keys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control character is the point.
const PASTE_BRACKETS = /\x1b\[20[01]~/g

/** Pasted text without paste brackets; repeated, because removing one may build another. */
export function cleanPaste(text: string): string {
  let cleaned = text
  for (let before = ''; before !== cleaned; ) {
    before = cleaned
    cleaned = cleaned.replace(PASTE_BRACKETS, '')
  }
  return cleaned
}
