const TILDE = 0x7e
/** What begins and ends a bracketed paste, without the tilde both end with. */
const BEGINNINGS = ['\x1b[200', '\x1b[201'].map((text) => Array.from(text, (character) => character.charCodeAt(0)))
const BEGINNING_LENGTH = 5

/**
 * Pasted text without paste brackets: the end of one would let what follows run as typed keys. Taking one out may make
 * another of what was around it; in one pass, however deep they are nested.
 */
export function cleanPaste(text: string): string {
  const kept = new Uint16Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const from = length - BEGINNING_LENGTH
    if (code === TILDE && from >= 0 && BEGINNINGS.some((codes) => codes.every((each, i) => kept[from + i] === each)))
      length = from
    else kept[length++] = code
  }
  return length === text.length
    ? text
    : new TextDecoder('utf-16le', { ignoreBOM: true }).decode(kept.subarray(0, length))
}
