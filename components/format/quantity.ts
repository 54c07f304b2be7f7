const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes in three significant digits or fewer, such as `1.4 GB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 10 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** A count, shortened from ten thousand on: `9,120`, `12.4k`, `3.1M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US')
  if (count < 999_500) return `${(count / 1000).toFixed(count < 99_950 ? 1 : 0)}k`
  if (count < 999_500_000) return `${(count / 1e6).toFixed(1)}M`
  return `${(count / 1e9).toFixed(1)}B`
}

/** US dollars to the cent; `–` for nothing. */
export function formatCost(usd: number): string {
  if (usd === 0) return '–'
  if (usd < 0.01) return '< $0.01'
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** CPU of a process tree; 100 is one core. */
export const formatCpu = (percent: number): string => `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`

/** `1 runner`, `2 runners`. */
export const plural = (count: number, word: string): string =>
  `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`
