import type { Tx } from '../../db/database'
import type { BudgetSpend } from '../../db/generated/client'
import type { BudgetRow } from './budget-row'
import { takenBack } from './crossed-steps'
import { periodOf } from './period'
import { readLedger } from './read-ledger'

/**
 * Computes what a budget has spent in its present period from the ledger, and takes back the marks that are not reached
 * any more. What it was raised by stays while the period is the same. The caller holds the budgets' lock.
 */
export async function recountSpend(tx: Tx, budget: BudgetRow, now: Date): Promise<BudgetSpend> {
  const { start, end } = periodOf(budget.period, now, budget.timeZone)
  // Another time zone has other periods: those that reach beyond its beginning stand for nothing now.
  await tx.budgetSpend.deleteMany({
    where: { budgetId: budget.id, periodEnd: { gt: start }, NOT: { periodStart: start, periodEnd: end } },
  })
  const counted = await readLedger(tx, budget, { start, end })
  const key = { budgetId: budget.id, periodStart: start }
  const spend = await tx.budgetSpend.upsert({
    where: { budgetId_periodStart: key },
    create: { ...key, periodEnd: end, ...counted },
    update: counted,
  })
  const marks = takenBack(spend, budget.limit)
  return tx.budgetSpend.update({ where: { budgetId_periodStart: key }, data: marks })
}
