import type { IBufferCell, IBufferLine } from '@xterm/headless'

type Palette = { rgb: boolean; palette: boolean; value: number }

/** SGR parameters of one colour; `base` is 30 for the foreground and 40 for the background. */
function colour({ rgb, palette, value }: Palette, base: 30 | 40): string[] {
  if (rgb) return [`${base + 8};2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`]
  if (!palette) return []
  if (value < 8) return [String(base + value)]
  return value < 16 ? [String(base + 60 + value - 8)] : [`${base + 8};5;${value}`]
}

/** The attributes of a cell as one SGR sequence that starts from a reset. */
function attributes(cell: IBufferCell): string {
  const codes = [
    ...(cell.isBold() ? ['1'] : []),
    ...(cell.isDim() ? ['2'] : []),
    ...(cell.isItalic() ? ['3'] : []),
    ...(cell.isUnderline() ? ['4'] : []),
    ...(cell.isInverse() ? ['7'] : []),
    ...(cell.isInvisible() ? ['8'] : []),
    ...(cell.isStrikethrough() ? ['9'] : []),
    ...colour({ rgb: cell.isFgRGB(), palette: cell.isFgPalette(), value: cell.getFgColor() }, 30),
    ...colour({ rgb: cell.isBgRGB(), palette: cell.isBgPalette(), value: cell.getBgColor() }, 40),
  ]
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`
}

/** One row with its colours and attributes as escape sequences, plain blanks at its end removed. */
export function renderRow(line: IBufferLine): string {
  let text = ''
  let style = ''
  let kept = 0
  let keptStyle = ''
  for (let x = 0; x < line.length; x += 1) {
    const cell = line.getCell(x)
    if (cell === undefined || cell.getWidth() === 0) continue
    const next = attributes(cell)
    if (next !== style) text += `${style === '' ? '' : '\x1b[0m'}${next}`
    style = next
    text += cell.getChars() || ' '
    if (cell.getChars().trim() === '' && style === '') continue
    kept = text.length
    keptStyle = style
  }
  return `${text.slice(0, kept)}${keptStyle === '' ? '' : '\x1b[0m'}`
}
