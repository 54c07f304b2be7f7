import type { NotificationSettings } from '@/contracts/notification/notification'
import { addDays, instantOf, localTime } from './quiet-hours'

/** The daily summary whose time came last: the local date it is of, and the instant it was due. */
export function latestSummary(
  settings: Pick<NotificationSettings, 'summaryAt' | 'timeZone'>,
  now: Date,
): { date: string; at: Date } {
  const { date: today } = localTime(now, settings.timeZone)
  const at = instantOf(today, settings.summaryAt, settings.timeZone)
  if (at <= now) return { date: today, at }
  const date = addDays(today, -1)
  return { date, at: instantOf(date, settings.summaryAt, settings.timeZone) }
}
