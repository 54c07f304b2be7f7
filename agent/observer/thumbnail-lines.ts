import type { IBuffer, IBufferLine } from '@xterm/headless'
import { MAX_THUMBNAIL_LINE, THUMBNAIL_COLS, THUMBNAIL_ROWS } from '@/contracts/terminal/thumbnail'
import { renderRow } from './render-row'

/** A row as a thumbnail carries it. */
function thumbnailLine(line: IBufferLine): string {
  const text = renderRow(line, THUMBNAIL_COLS)
  // Cut, an escape sequence would end in the middle.
  return text.length <= MAX_THUMBNAIL_LINE
    ? text
    : line.translateToString(true, 0, THUMBNAIL_COLS).slice(0, MAX_THUMBNAIL_LINE)
}

/** The last rows of a screen of `rows` rows that hold anything, with their colours. */
export function thumbnailLines(buffer: IBuffer, rows: number): string[] {
  const at = (row: number) => buffer.getLine(buffer.baseY + row)
  let end = rows
  while (end > 0 && (at(end - 1)?.translateToString(true) ?? '') === '') end -= 1
  const lines: string[] = []
  for (let row = Math.max(0, end - THUMBNAIL_ROWS); row < end; row += 1) {
    const line = at(row)
    lines.push(line === undefined ? '' : thumbnailLine(line))
  }
  return lines
}
