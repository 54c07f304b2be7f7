import { displayWidth } from './display-width'
import { inertLine } from './inert-text'

/** A cell longer than this is cut: one long name must not push the others off the screen. */
const MAX_CELL_CHARACTERS = 60

/** A cell: text of others (made inert, cut), or text with colours of ours as `{ styled }`. */
export type Cell = string | number | null | { styled: string }

function cellText(cell: Cell): string {
  if (cell === null) return '-'
  if (typeof cell === 'object') return cell.styled
  const characters = [...inertLine(String(cell))]
  if (characters.length <= MAX_CELL_CHARACTERS) return characters.join('')
  return `${characters.slice(0, MAX_CELL_CHARACTERS - 1).join('')}…`
}

/**
 * A table without lines, columns two spaces apart, no blanks at line ends. (cli-table3 takes seconds for the thousands
 * of rows `runners --all` may have; this is linear.)
 */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(cellText))]
  const widths = head.map((_, column) =>
    lines.reduce((most, line) => Math.max(most, displayWidth(line[column] ?? '')), 0),
  )
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - displayWidth(text))
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}

/** Two columns without a head: a name and its value. */
export const renderFacts = (facts: readonly (readonly [string, Cell])[]): string => {
  const width = Math.max(0, ...facts.map(([name]) => name.length))
  return facts
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${typeof value === 'object' ? cellText(value) : inertLine(String(value))}`,
    )
    .join('\n')
}
