/** Samples a sparkline holds: five minutes of five-second polls. */
export const MAX_SAMPLES = 60

/** SVG points of `values` in a box: the newest at the right edge, the top edge at the largest value or `floor`. */
export function sparklinePoints(values: number[], floor: number, width: number, height: number): string {
  const [only] = values
  if (only === undefined) return ''
  const top = Math.max(floor, ...values)
  const drawn = values.length === 1 ? [only, only] : values
  const step = width / (MAX_SAMPLES - 1)
  // Half a pixel of air keeps the line's own width inside the box.
  const y = (value: number) => (height - 1 - (value / top) * (height - 2)).toFixed(1)
  return drawn.map((value, index) => `${(width - (drawn.length - 1 - index) * step).toFixed(1)},${y(value)}`).join(' ')
}
