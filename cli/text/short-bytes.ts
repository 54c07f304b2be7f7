const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in the width of a table cell, decimal units: `0 B`, `812 kB`, `1.4 GB`. */
export function shortBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}
