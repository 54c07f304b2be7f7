import type { NotificationSettings } from '@/contracts/notification/notification'

/** A calendar date and a time of day, somewhere. */
interface LocalTime {
  /** `2026-03-29` */
  date: string
  /** Minutes since midnight, by the clock on the wall. */
  minutes: number
}

const DAY_MS = 24 * 60 * 60_000

/** What calendar and clock say in a time zone at an instant. */
export function localTime(at: Date, timeZone: string): LocalTime {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
  }
}

/**
 * The instant at which the clock of a time zone shows `clock` (`22:30`) on `date`. A time that a change to summer time
 * skips is the moment of the change; one that occurs twice is the first.
 */
export function instantOf(date: string, clock: string, timeZone: string): Date {
  const wanted = Date.parse(`${date}T${clock}:00Z`)
  const shown = (instant: number): number => {
    const local = localTime(new Date(instant), timeZone)
    return Date.parse(`${local.date}T00:00:00Z`) + local.minutes * 60_000
  }
  // No zone is further than a day from UTC, and shown() grows but where clocks go back: the first instant that shows
  // `wanted` or later is found by looking at the offsets before and after.
  const candidates = [wanted - DAY_MS, wanted + DAY_MS].map((near) => wanted - (shown(near) - near))
  const exact = candidates.filter((instant) => shown(instant) === wanted).sort((a, b) => a - b)[0]
  if (exact !== undefined) return new Date(exact)
  // Skipped: halve the span between the two guesses down to the change.
  let [before, after] = [Math.min(...candidates), Math.max(...candidates)]
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000
    if (shown(middle) < wanted) before = middle
    else after = middle
  }
  return new Date(after)
}

/** The calendar date `days` after another. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** When the quiet hours that `at` lies in are over; null when it lies in none. */
export function quietUntil(at: Date, settings: Pick<NotificationSettings, 'quietHours' | 'timeZone'>): Date | null {
  const { quietHours, timeZone } = settings
  if (quietHours === null || quietHours.from === quietHours.to) return null
  const overnight = quietHours.to < quietHours.from
  const { date } = localTime(at, timeZone)
  // Those that began yesterday may still last.
  for (const day of [addDays(date, -1), date]) {
    const from = instantOf(day, quietHours.from, timeZone)
    const to = instantOf(overnight ? addDays(day, 1) : day, quietHours.to, timeZone)
    if (from <= at && at < to) return to
  }
  return null
}
