import type { IBufferCell, IBufferLine } from '@xterm/headless'
import { sgrOf } from './cell-style'
import { HIDDEN_CELL, type HiddenColumns } from './hidden-cells'
import type { Attributes } from './terminal-state'

/** The attributes of a cell as one SGR sequence that starts from a reset. */
function attributes(cell: IBufferCell): string {
  // The cells of xterm.js are both.
  const codes = sgrOf(cell as unknown as Attributes)
  return codes === '' ? '' : `\x1b[${codes}m`
}

/** One row, up to `cols`, with its colours and attributes as escape sequences, plain blanks at its end removed, and what is hidden of it. */
export function renderRow(line: IBufferLine, hidden: HiddenColumns, cols = line.length): string {
  let text = ''
  let style = ''
  let kept = 0
  let keptStyle = ''
  for (let x = 0; x < Math.min(cols, line.length); x += 1) {
    const cell = line.getCell(x)
    if (cell === undefined || cell.getWidth() === 0) continue
    const next = attributes(cell)
    if (next !== style) text += `${style === '' ? '' : '\x1b[0m'}${next}`
    style = next
    text += hidden.has(x) ? HIDDEN_CELL : cell.getChars() || ' '
    if (cell.getChars().trim() === '' && style === '') continue
    kept = text.length
    keptStyle = style
  }
  return `${text.slice(0, kept)}${keptStyle === '' ? '' : '\x1b[0m'}`
}
