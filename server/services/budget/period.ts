import { Temporal } from 'temporal-polyfill'
import type { BudgetPeriod } from '@/contracts/budget/budget'

/** From `start` on and before `end`. */
export interface Period {
  start: Date
  end: Date
}

/**
 * The hour, day, week (from Monday) or month that an instant lies in, by the calendar of an IANA time zone. Periods
 * leave no gap and never overlap. A day is from its first moment to the next day's, so 23 to 25 hours where clocks are
 * changed. A change of the clocks also begins a new hour: an hour that occurs twice is two periods.
 */
export function periodOf(period: BudgetPeriod, at: Date, timeZone: string): Period {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone)
  return period === 'hourly' ? hourOf(local) : daysOf(period, local)
}

function hourOf(at: Temporal.ZonedDateTime): Period {
  const instant = at.toInstant()
  const { minute, second, millisecond } = at
  const intoMs = (minute * 60 + second) * 1000 + millisecond
  const begin = instant.subtract({ milliseconds: intoMs })
  const finish = begin.add({ hours: 1 })
  // Clocks are changed twice a year: the transitions are looked for only where the offset differs.
  const offsetAt = (other: Temporal.Instant) => other.toZonedDateTimeISO(at.timeZoneId).offsetNanoseconds
  const last = offsetAt(begin) === at.offsetNanoseconds ? null : transitionBefore(at)
  const next = offsetAt(finish) === at.offsetNanoseconds ? null : at.getTimeZoneTransition('next')
  return {
    start: new Date((last ?? begin).epochMilliseconds),
    end: new Date(Math.min(finish.epochMilliseconds, next?.epochMilliseconds ?? Number.POSITIVE_INFINITY)),
  }
}

/** The last change of clocks up to and including this moment. */
const transitionBefore = (at: Temporal.ZonedDateTime): Temporal.ZonedDateTime | null =>
  at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')

function daysOf(period: Exclude<BudgetPeriod, 'hourly'>, at: Temporal.ZonedDateTime): Period {
  const date = at.toPlainDate()
  const first =
    period === 'monthly'
      ? date.with({ day: 1 })
      : period === 'weekly'
        ? date.subtract({ days: date.dayOfWeek - 1 })
        : date
  const step = { daily: { days: 1 }, weekly: { weeks: 1 }, monthly: { months: 1 } }[period]
  const begins = (day: Temporal.PlainDate): number => day.toZonedDateTime(at.timeZoneId).startOfDay().epochMilliseconds
  let day = first
  // A clock set back over midnight shows the old date again after the new day has begun: it stays begun.
  while (begins(day.add(step)) <= at.epochMilliseconds) day = day.add(step)
  return { start: new Date(begins(day)), end: new Date(begins(day.add(step))) }
}
