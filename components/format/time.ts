const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Length of time in its two largest units: `8s`, `4m`, `3h 12m`, `2d 5h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < MINUTE) return `${seconds}s`
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`
  if (seconds < DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE)
    return minutes === 0 ? `${Math.floor(seconds / HOUR)}h` : `${Math.floor(seconds / HOUR)}h ${minutes}m`
  }
  const hours = Math.floor((seconds % DAY) / HOUR)
  return hours === 0 ? `${Math.floor(seconds / DAY)}d` : `${Math.floor(seconds / DAY)}d ${hours}h`
}

/** Time from `since` to `now`; clocks that disagree by a little give `0s`. */
export const formatSince = (since: string, now: number): string => formatDuration(now - Date.parse(since))

/** Local clock time, with the date when it was not today. */
export function formatMoment(timestamp: string, now: number): string {
  const date = new Date(timestamp)
  const time = date.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  if (date.toDateString() === new Date(now).toDateString()) return time
  return `${date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} ${time}`
}
