import { beginningOfShape, literally, longestBeginning, SECRET_SHAPES, wholeShape } from './secret-shapes'
import { spelledLines } from './spellings'

/** What stands in place of a secret. */
export const REDACTED = '[redacted]'
/** A longer value is looked for in pieces of this size, each by itself: it bounds what is held back. */
const MAX_VALUE_BYTES = 512
/** Pieces shorter than this are too common to be taken for secrets. */
const MIN_PIECE_BYTES = 6
/** What is known by its beginning is hidden this far at most: past it, no end was ever meant to come. */
const MAX_HIDDEN_BYTES = 16 * 1024
/** Longer than the line that ends a private key. */
const END_LINE_BYTES = 64
/** The most that is held back of what could become a secret. */
export const MAX_HELD_BYTES = Math.max(MAX_VALUE_BYTES, ...SECRET_SHAPES.map(longestBeginning))

const WHOLE_SHAPES = SECRET_SHAPES.map((shape) => `(${wholeShape(shape)})`).join('|')
const BEGINNING = new RegExp(`(?:${SECRET_SHAPES.map(beginningOfShape).join('|')})$`)

/**
 * Takes secrets out of a stream of bytes that is cut anywhere. Text in and out has one character for each byte
 * ("latin1"), so that nothing here depends on how characters are cut.
 */
export interface Redactor {
  /** Returns what is certain by now; holds back what could be the beginning of a secret. */
  push(bytes: string): string
  /** Lets go of what is held back. What turns out to have belonged to a secret is still hidden from here on. */
  flush(): string
  /** Bytes held back. */
  held(): number
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

/** Values as they may stand in output: by line, since a terminal breaks lines its own way, spelled in all ways, in bounded pieces. */
function piecesOf(values: readonly string[]): string[] {
  const pieces = new Set<string>()
  for (const spelling of spelledLines(values).map(asBytes)) {
    for (let at = 0; at < spelling.length; at += MAX_VALUE_BYTES) {
      const piece = spelling.slice(at, at + MAX_VALUE_BYTES)
      if (piece.length >= MIN_PIECE_BYTES) pieces.add(piece)
    }
  }
  // Of two that begin alike the longer one is meant.
  return [...pieces].sort((a, b) => b.length - a.length)
}

/** Where, from `from` on, a beginning of one of `pieces` reaches the end of `text`; its length when none does. */
function beginningOfPiece(text: string, from: number, pieces: readonly string[]): number {
  let earliest = text.length
  for (const piece of pieces) {
    const first = piece.charAt(0)
    const start = Math.max(from, text.length - piece.length + 1)
    for (let at = text.indexOf(first, start); at >= 0 && at < earliest; at = text.indexOf(first, at + 1)) {
      if (piece.startsWith(text.slice(at))) earliest = at
    }
  }
  return earliest
}

/** Hears where in the stream something is hidden, in bytes from its beginning; of one secret there may be several parts. */
export type OnHidden = (from: number, to: number) => void

/** Hides `values`, however they are spelled, and everything that looks like a secret (SECRET_SHAPES). */
export function createRedactor(values: readonly string[], onHidden: OnHidden = () => {}): Redactor {
  const pieces = piecesOf(values)
  const whole = new RegExp([WHOLE_SHAPES, ...pieces.map(literally)].join('|'), 'g')
  /** What is not decided yet, of which the first `shown` bytes were let go already. */
  let text = ''
  let shown = 0
  /** Up to here `text` is hidden: secrets that begin before that may end after it. */
  let covered = 0
  /** Where in the stream `text` begins. */
  let begin = 0
  let hiding: { rest: (typeof SECRET_SHAPES)[number]['rest']; left: number } | null = null

  /** Where the first thing begins, from `from` on, that may go on in the next chunk. */
  function undecidedFrom(from: number): number {
    const start = Math.max(from, text.length - MAX_HELD_BYTES)
    const shape = text.slice(start).search(BEGINNING)
    return Math.min(start + (shape < 0 ? text.length : shape), beginningOfPiece(text, start, pieces), text.length)
  }

  /** Tells of what is hidden, once. */
  const tell = (from: number, to: number): void => {
    if (to > Math.max(from, covered)) onHidden(begin + Math.max(from, covered), begin + to)
  }

  /** Skips what belongs to the secret that began; `hiding` is over when its end was found. */
  function hide(from: number, { rest, left }: NonNullable<typeof hiding>): number {
    const limit = Math.min(text.length, from + left)
    let end: number
    if ('of' in rest) {
      const run = new RegExp(`${rest.of}*`, 'y')
      run.lastIndex = from
      end = Math.min(limit, from + (run.exec(text)?.[0].length ?? 0))
      tell(from, end)
      hiding = end < text.length ? null : { rest, left: left - (end - from) }
      return end
    }
    rest.until.lastIndex = from
    const found = rest.until.exec(text)
    if (found !== null) {
      hiding = null
      end = found.index + found[0].length
      tell(from, end)
      return end
    }
    end = Math.max(from, limit - END_LINE_BYTES)
    tell(from, end)
    hiding = limit - from === left ? null : { rest, left: left - (end - from) }
    return end
  }

  function decide(isLast: boolean): string {
    let out = ''
    let at = 0
    let undecided = -1
    const show = (end: number): void => {
      const from = Math.max(at, shown, covered)
      out += text.slice(from, Math.max(end, from))
      at = end
    }
    /** One mark stands for all that overlaps. */
    const cover = (from: number, to: number): void => {
      if (from >= covered && to > shown) out += REDACTED
      tell(from, to)
      covered = Math.max(covered, to)
    }
    /** What is known by its beginning went on to `end`: a value may begin within it and end after it. */
    const leaveHidden = (earliest: number, end: number): void => {
      covered = Math.max(covered, end)
      at = Math.max(earliest, end - MAX_VALUE_BYTES + 1)
    }
    let hiddenFrom = covered
    let earliest = 0
    for (;;) {
      if (hiding !== null) {
        const end = hide(hiddenFrom, hiding)
        if (hiding !== null) {
          // Its end may yet be found in what is left; shown it is not in either case.
          if (isLast && end < text.length) onHidden(begin + end, begin + text.length)
          leaveHidden(0, end)
          // From there it goes on with what follows.
          covered = end
          break
        }
        leaveHidden(earliest, end)
      }
      if (undecided < at) undecided = undecidedFrom(at)
      whole.lastIndex = at
      const match = whole.exec(text)
      if (match === null || (match.index >= undecided && !isLast)) {
        if (isLast) show(text.length)
        else show(undecided)
        at = undecided
        break
      }
      show(match.index)
      hiddenFrom = match.index + match[0].length
      cover(match.index, hiddenFrom)
      const shape = SECRET_SHAPES[match.slice(1).findIndex((group) => group !== undefined)]
      if (shape !== undefined) hiding = { rest: shape.rest, left: MAX_HIDDEN_BYTES }
      // Within a value another one may begin that ends after it.
      earliest = match.index + 1
      at = earliest
    }
    text = text.slice(at)
    begin += at
    covered = Math.max(0, covered - at)
    shown = isLast || hiding !== null ? text.length : Math.max(0, shown - at)
    return out
  }

  return {
    push(bytes) {
      text += bytes
      return decide(false)
    },
    flush: () => decide(true),
    held: () => text.length - Math.min(text.length, Math.max(shown, covered)),
  }
}
