import type { Budget } from '@/contracts/budget/budget'
import type { Tx } from '../../db/database'
import type { BudgetSpend } from '../../db/generated/client'
import { type BudgetRow, policyOf, projectNameOf, scopeOf } from './budget-row'
import { forecast, recentSince } from './forecast'
import { periodOf } from './period'
import { readLedger } from './read-ledger'

type Spend = Pick<BudgetSpend, 'spent' | 'raisedBy' | 'unpriced'>

/** A budget as the API gives it, with where it stands now. */
export async function budgetToApi(
  db: Pick<Tx, '$queryRaw' | 'budgetSpend' | 'quota'>,
  row: BudgetRow,
  now: Date,
): Promise<Budget> {
  const period = periodOf(row.period, now, row.timeZone)
  const key = { budgetId: row.id, periodStart: period.start }
  const spend: Spend | null = await db.budgetSpend.findUnique({ where: { budgetId_periodStart: key } })
  const recent = await readLedger(db, row, { start: recentSince(period, now), end: now })
  const quota = await db.quota.findUnique({ where: { id: row.id }, select: { id: true } })
  const spent = spend?.spent.toNumber() ?? 0
  const raisedBy = spend?.raisedBy.toNumber() ?? 0
  const limit = row.limit.plus(spend?.raisedBy ?? 0).toNumber()
  return {
    id: row.id,
    scope: scopeOf(row),
    project: projectNameOf(row),
    runnerId: row.runnerId,
    period: row.period,
    unit: row.unit,
    limit: row.limit.toNumber(),
    policy: policyOf(row),
    timeZone: row.timeZone,
    enabled: row.enabled,
    quota: quota !== null,
    current: {
      start: period.start.toISOString(),
      end: period.end.toISOString(),
      spent,
      raisedBy,
      limit,
      remaining: Math.max(0, limit - spent),
      percent: (spent / limit) * 100,
      exhausted: row.enabled && spent >= limit,
      unpricedRequests: spend?.unpriced ?? 0,
    },
    forecast: forecast(period, { spent, recent: recent.spent.toNumber(), limit }, now),
  }
}
