import type { BudgetForecast } from '@/contracts/budget/budget'

/** Of the period: how far back "lately" reaches, and how much of it has to be over before anything is foretold. */
const RECENT_SHARE = 1 / 8
const TOO_EARLY_SHARE = 1 / 100

/** Since when spending counts as recent, for a forecast made now. */
export const recentSince = ({ start, end }: { start: Date; end: Date }, now: Date): Date =>
  new Date(Math.max(start.getTime(), now.getTime() - (end.getTime() - start.getTime()) * RECENT_SHARE))

/**
 * Where a budget will stand at the end of its period. From now on it goes on at the mean of two rates: that of the whole
 * period so far, and that of its last eighth (3 h of a day). Null while less than a hundredth of the period is over.
 * Amounts are in the budget's unit.
 */
export function forecast(
  period: { start: Date; end: Date },
  amounts: { spent: number; recent: number; limit: number },
  now: Date,
): BudgetForecast | null {
  const { spent, recent, limit } = amounts
  const length = period.end.getTime() - period.start.getTime()
  const elapsed = now.getTime() - period.start.getTime()
  if (elapsed < length * TOO_EARLY_SHARE) return null
  const recentMs = now.getTime() - recentSince(period, now).getTime()
  const rate = (spent / elapsed + recent / recentMs) / 2
  const spentAtEnd = spent + rate * Math.max(0, length - elapsed)
  const reachedMs = now.getTime() + (limit - spent) / rate
  const reached = spent < limit && rate > 0 && reachedMs < period.end.getTime()
  return {
    spentAtEnd,
    percentAtEnd: (spentAtEnd / limit) * 100,
    exhaustedAt: reached ? new Date(reachedMs).toISOString() : null,
  }
}
