import { isErased, type Pen } from './pen'
import type { Cell, Row, ScreenBuffer } from './terminal-state'

/** Printed and overwritten to get at states that no sequence sets. */
const WIDE = '一'

/** OSC 133 A: here begins a prompt. Marks the cursor's row and changes nothing else. */
const PROMPT = '\x1b]133;A\x1b\\'

export interface DrawOptions {
  cols: number
  /** The first row to draw, counted like `lines`. */
  from: number
  /** One code point per cell: what piles up in a cell is left out. */
  bare: boolean
  /** Saves the cursor as it is saved here; called where the cursor is in the saved row. */
  save(): void
  /** A prompt begins in this row, counted like `lines`. */
  isPrompt(index: number): boolean
  /** A cell to load others into. */
  cell: Cell
}

const columnOf = (x: number): string => `\x1b[${x + 1}G`

/** An empty cell with more than a background: left over from half a wide character. */
const isLeftOver = (cell: Cell): boolean => cell.getChars() === '' && cell.getWidth() === 1 && !isErased(cell)

/**
 * Draws the rows of a buffer into an empty terminal whose cursor is at its upper left, from the oldest to the last, so
 * that each cell, and which rows continue the one before, come out as they are. Leaves the cursor anywhere.
 */
export function drawBuffer(
  buffer: ScreenBuffer,
  pen: Pen,
  { cols, from, bare, save, isPrompt, cell }: DrawOptions,
): void {
  const count = buffer.lines.length

  const charsOf = (at: Cell): string => (bare ? String.fromCodePoint(at.getCode() || 32) : at.getChars())

  /** Left-over cells first, on the row while it is empty. True when there were any. */
  function drawLeftOvers(row: Row): boolean {
    let drawn = false
    if (bare) return drawn
    for (let x = 0; x < cols - 1; x += 1) {
      if (!isLeftOver(row.loadCell(x, cell))) continue
      drawn = true
      // The second half of a wide character is overwritten: its first half is left over in the new attributes.
      pen.plain()
      pen.add(`${columnOf(x)}${WIDE}${columnOf(x + 1)}`)
      pen.like(row.loadCell(x, cell))
      pen.add(' ')
      pen.plain()
      pen.add(`${columnOf(x + 1)}\x1b[X`)
    }
    if (!isLeftOver(row.loadCell(cols - 1, cell))) return drawn
    if (cols > 2 && isLeftOver(row.loadCell(cols - 2, cell))) return drawn
    // The other way round: the first half is overwritten.
    pen.plain()
    pen.add(`${columnOf(cols - 2)}${WIDE}${columnOf(cols - 2)}`)
    pen.like(row.loadCell(cols - 1, cell))
    pen.add(' ')
    pen.plain()
    pen.add(`${columnOf(cols - 2)}\x1b[X`)
    return true
  }

  /** `at`: the cursor's column before, or -1 when it may be anywhere. */
  function drawCells(row: Row, at: number): void {
    let cursor = at
    for (let x = 0; x < cols; x += 1) {
      row.loadCell(x, cell)
      const chars = cell.getChars()
      const width = cell.getWidth()
      // The second half of a wide character, and one whose second half a smaller size has cut off.
      if (width === 0 || x + width > cols) continue
      if (chars === '') {
        if (bare || cell.bg === 0 || !isErased(cell)) continue
        const { bg } = cell
        let end = x + 1
        while (end < cols && row.loadCell(end, cell).bg === bg && cell.getChars() === '' && isErased(cell)) end += 1
        if (cursor !== x) pen.add(columnOf(x))
        pen.like(row.loadCell(x, cell))
        pen.add(`\x1b[${end - x}X`)
        cursor = x
        x = end - 1
        continue
      }
      if (cursor !== x) pen.add(columnOf(x))
      pen.like(cell)
      pen.add(charsOf(cell))
      cursor = x + width
    }
  }

  /** To the next row, which continues this one: only printing past the end of a row makes that. */
  function wrap(row: Row): void {
    const last = row.loadCell(cols - 1, cell)
    const isDrawn = last.getWidth() === 0 || (last.getWidth() === 1 && last.getChars() !== '')
    if (isDrawn) {
      // The cursor is behind the last column, for that was drawn last.
      pen.plain()
      pen.add('x')
    } else {
      // A wide character has no room: the rest of the row is emptied in its attributes, as it was here.
      pen.add(columnOf(cols - 1))
      pen.plain()
      pen.like(last)
      pen.add(WIDE)
      pen.plain()
    }
    pen.add(`\r\x1b[${cols}X`)
  }

  // Rows are counted from the oldest: one that is saved may have scrolled off, and come back with a larger size.
  const savedRow = Math.max(from, Math.min(buffer.savedY, count - 1))
  pen.plain()
  // It continues a row that is gone: made by deleting that one.
  if (buffer.lines.get(from)?.isWrapped) pen.add(`${'x'.repeat(cols + 1)}\x1b[H\x1b[M\x1b[${cols}X`)
  for (let index = from; index < count; index += 1) {
    const row = buffer.lines.get(index)
    if (row === undefined) continue
    if (index === savedRow) {
      save()
      pen.plain()
      pen.add('\r')
    }
    if (isPrompt(index)) pen.add(PROMPT)
    drawCells(row, drawLeftOvers(row) ? -1 : 0)
    if (index + 1 === count) break
    if (buffer.lines.get(index + 1)?.isWrapped) wrap(row)
    else {
      pen.plain()
      pen.add('\r\n')
    }
  }
  pen.plain()
}
