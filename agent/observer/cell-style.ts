import { type Attributes, underlineStyle } from './terminal-state'

type Colour = { rgb: boolean; palette: boolean; value: number }

/** Bits of a colour number that tell its kind, and the kinds. */
const COLOUR_KIND = 0x3000000
const COLOUR_RGB = 0x3000000

/** SGR parameters of one colour; `base` is 30 for the foreground, 40 for the background. */
function colour({ rgb, palette, value }: Colour, base: 30 | 40): string[] {
  if (rgb) return [`${base + 8};2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`]
  if (!palette) return []
  if (value < 8) return [String(base + value)]
  return value < 16 ? [String(base + 60 + value - 8)] : [`${base + 8};5;${value}`]
}

function tint({ underlineColor }: Attributes['extended']): string[] {
  const kind = underlineColor & COLOUR_KIND
  const value = underlineColor & 0xffffff
  if (kind === 0 || underlineColor === -1) return []
  return [
    kind === COLOUR_RGB ? `58;2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}` : `58;5;${value & 255}`,
  ]
}

function underline(cell: Attributes): string[] {
  const style = underlineStyle(cell)
  const colours = cell.hasExtendedAttrs() ? tint(cell.extended) : []
  return [...(style === 0 ? [] : [style === 1 ? '4' : `4:${style}`]), ...colours]
}

/** The colour of underlines to come, while nothing is underlined; empty for none. */
export const waitingTint = (attributes: Attributes): string =>
  attributes.hasExtendedAttrs() ? '' : tint(attributes.extended).join(';')

/** SGR parameters that give these attributes after a reset; empty for the default ones. */
export function sgrOf(cell: Attributes): string {
  return [
    ...(cell.isBold() ? ['1'] : []),
    ...(cell.isDim() ? ['2'] : []),
    ...(cell.isItalic() ? ['3'] : []),
    ...underline(cell),
    ...(cell.isBlink() ? ['5'] : []),
    ...(cell.isInverse() ? ['7'] : []),
    ...(cell.isInvisible() ? ['8'] : []),
    ...(cell.isStrikethrough() ? ['9'] : []),
    ...(cell.isOverline() ? ['53'] : []),
    ...colour({ rgb: cell.isFgRGB(), palette: cell.isFgPalette(), value: cell.getFgColor() }, 30),
    ...colour({ rgb: cell.isBgRGB(), palette: cell.isBgPalette(), value: cell.getBgColor() }, 40),
  ].join(';')
}
