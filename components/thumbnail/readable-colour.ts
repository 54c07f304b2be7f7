/** WCAG AA for text. */
const LEAST_CONTRAST = 4.5
/** How far a colour goes towards black or white at once. */
const STEP = 0.1

type Rgb = readonly [number, number, number]

function rgbOf(colour: string): Rgb | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  const [, red, green, blue] = hex ?? /^rgb\((\d+)[ ,]+(\d+)[ ,]+(\d+)\)$/.exec(colour) ?? []
  if (red === undefined || green === undefined || blue === undefined) return null
  const base = hex ? 16 : 10
  return [Number.parseInt(red, base), Number.parseInt(green, base), Number.parseInt(blue, base)]
}

/** Relative luminance by WCAG 2.2. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast of two colours by WCAG 2.2, from 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/**
 * A text colour that can be read on a ground: the given one, or as little darker or lighter as it takes. Colours are
 * `#rrggbb` or `rgb(r g b)`; what is neither is left as it is.
 */
export function readableColour(colour: string, ground: string): string {
  const [text, behind] = [rgbOf(colour), rgbOf(ground)]
  if (text === null || behind === null || contrast(text, behind) >= LEAST_CONTRAST) return colour
  const target = contrast([0, 0, 0], behind) > contrast([255, 255, 255], behind) ? 0 : 255
  for (let part = STEP; part < 1; part += STEP) {
    const mixed = text.map((value) => Math.round(value + (target - value) * part)) as [number, number, number]
    if (contrast(mixed, behind) >= LEAST_CONTRAST) return `rgb(${mixed.join(' ')})`
  }
  return `rgb(${target} ${target} ${target})`
}
