const UNITS = [
  { suffix: 'd', seconds: 86_400 },
  { suffix: 'h', seconds: 3_600 },
  { suffix: 'm', seconds: 60 },
] as const

/** A span of time in the width of a table cell: `now`, `12s`, `5m`, `3h`, `9d`. */
export function shortSpan(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 1) return 'now'
  for (const unit of UNITS) if (seconds >= unit.seconds) return `${Math.floor(seconds / unit.seconds)}${unit.suffix}`
  return `${seconds}s`
}

/** How long ago an ISO time was, as seen at `now`; `-` for none. */
export const ago = (time: string | null, now: Date): string =>
  time === null ? '-' : shortSpan(now.getTime() - Date.parse(time))
