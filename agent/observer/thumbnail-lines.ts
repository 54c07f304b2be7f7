import type { IBuffer, IBufferLine } from '@xterm/headless'
import type { FindSecrets } from '@/contracts/redaction/redact-text'
import { MAX_THUMBNAIL_LINE, THUMBNAIL_COLS, THUMBNAIL_ROWS } from '@/contracts/terminal/thumbnail'
import { type HiddenColumns, hiddenCells, plainRow } from './hidden-cells'
import { renderRow } from './render-row'

/** A row as a thumbnail carries it. */
function thumbnailLine(line: IBufferLine, hidden: HiddenColumns): string {
  const text = renderRow(line, hidden, THUMBNAIL_COLS)
  // Cut, an escape sequence would end in the middle.
  return text.length <= MAX_THUMBNAIL_LINE ? text : plainRow(line, hidden, THUMBNAIL_COLS).slice(0, MAX_THUMBNAIL_LINE)
}

/** The last rows of a screen of `rows` rows that hold anything, with their colours and without secrets. */
export function thumbnailLines(buffer: IBuffer, rows: number, find: FindSecrets): string[] {
  const at = (row: number) => buffer.getLine(buffer.baseY + row)
  let end = rows
  while (end > 0 && (at(end - 1)?.translateToString(true) ?? '') === '') end -= 1
  const first = Math.max(0, end - THUMBNAIL_ROWS)
  const lines = Array.from({ length: end - first }, (_, row) => at(first + row))
  const hidden = hiddenCells(lines, find)
  return lines.map((line, row) => (line === undefined ? '' : thumbnailLine(line, hidden[row] ?? new Set())))
}
