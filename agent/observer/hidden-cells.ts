import type { IBufferLine } from '@xterm/headless'
import type { FindSecrets } from '@/contracts/redaction/redact-text'

/** What stands in each cell of a secret, so that everything else keeps its place. */
export const HIDDEN_CELL = '*'

/** Columns of a row that are part of a secret. */
export type HiddenColumns = ReadonlySet<number>

/** For each of these rows, what of it is part of a secret. One that goes on in the next row is found whole. */
export function hiddenCells(lines: readonly (IBufferLine | undefined)[], find: FindSecrets): HiddenColumns[] {
  const hidden = lines.map(() => new Set<number>())
  for (let first = 0; first < lines.length; ) {
    let next = first + 1
    while (lines[next]?.isWrapped) next += 1
    const { text, cells } = flatten(lines.slice(first, next))
    for (const { from, to } of find(text)) {
      for (const { row, x } of cells.slice(from, to)) hidden[first + row]?.add(x)
    }
    first = next
  }
  return hidden
}

/** A row without attributes, as `translateToString` gives it, blanks at its end removed. */
export function plainRow(line: IBufferLine, hidden: HiddenColumns, cols = line.length): string {
  if (hidden.size === 0) return line.translateToString(true, 0, cols)
  return flatten([line])
    .cells.filter(({ x }) => x < cols)
    .map(({ x }, at, cells) => {
      if (hidden.has(x)) return HIDDEN_CELL
      // Of the code units of a cell the first stands for all.
      return cells[at - 1]?.x === x ? '' : line.getCell(x)?.getChars() || ' '
    })
    .join('')
    .trimEnd()
}

/** The text of rows that continue each other, with the cell that each of its code units is from. */
function flatten(lines: readonly (IBufferLine | undefined)[]) {
  let text = ''
  const cells: { row: number; x: number }[] = []
  lines.forEach((line, row) => {
    for (let x = 0; x < (line?.length ?? 0); x += 1) {
      const cell = line?.getCell(x)
      if (cell === undefined || cell.getWidth() === 0) continue
      const characters = cell.getChars() || ' '
      text += characters
      for (let unit = 0; unit < characters.length; unit += 1) cells.push({ row, x })
    }
  })
  return { text, cells }
}
