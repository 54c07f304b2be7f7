import { stripVTControlCharacters } from 'node:util'

/** Drawn on top of the character before them, or not at all. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u
/** Drawn two columns wide. */
const WIDE =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u

/** Columns a line of text takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) {
    if (character < '\u0300') width += 1
    else if (!ZERO.test(character)) width += WIDE.test(character) ? 2 : 1
  }
  return width
}
