/** A colour as a program names it: one of the 256, or `#rrggbb`. */
export type CellColour = number | string

/** Text of one look. */
export interface StyledRun {
  /** Where it begins in the line, which tells it from the line's others. */
  at: number
  text: string
  foreground: CellColour | null
  background: CellColour | null
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  inverse: boolean
  invisible: boolean
  strike: boolean
}

type Look = Omit<StyledRun, 'at' | 'text'>

const PLAIN: Look = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  invisible: false,
  strike: false,
}

const FLAGS: Readonly<Record<number, Partial<Look>>> = {
  0: PLAIN,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  8: { invisible: true },
  9: { strike: true },
}

const byte = (value: number | undefined): string => (value ?? 0).toString(16).padStart(2, '0')

/** The colour that follows a 38 or 48, and how many parameters it took. */
function extendedColour(codes: readonly number[]): { colour: CellColour | null; taken: number } {
  if (codes[0] === 5) return { colour: codes[1] ?? null, taken: 2 }
  if (codes[0] === 2) return { colour: `#${byte(codes[1])}${byte(codes[2])}${byte(codes[3])}`, taken: 4 }
  return { colour: null, taken: codes.length }
}

function applied(before: Look, codes: readonly number[]): Look {
  let look = before
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { colour, taken } = extendedColour(codes.slice(at + 1))
      look = { ...look, [code === 38 ? 'foreground' : 'background']: colour }
      at += taken
    } else if (code >= 30 && code <= 37) look = { ...look, foreground: code - 30 }
    else if (code >= 90 && code <= 97) look = { ...look, foreground: code - 90 + 8 }
    else if (code >= 40 && code <= 47) look = { ...look, background: code - 40 }
    else if (code >= 100 && code <= 107) look = { ...look, background: code - 100 + 8 }
    else look = { ...look, ...FLAGS[code] }
  }
  return look
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const SGR = /\x1b\[([\d;]*)m/g

/** Cuts a thumbnail's line at its escape sequences into runs of one look each. */
export function styledRuns(line: string): StyledRun[] {
  const runs: StyledRun[] = []
  let look = PLAIN
  let from = 0
  for (const match of line.matchAll(SGR)) {
    if (match.index > from) runs.push({ at: from, text: line.slice(from, match.index), ...look })
    look = applied(look, (match[1] ?? '').split(';').map(Number))
    from = match.index + match[0].length
  }
  if (from < line.length) runs.push({ at: from, text: line.slice(from), ...look })
  return runs
}
