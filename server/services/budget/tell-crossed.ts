import type { Tx } from '../../db/database'
import type { BudgetSpend } from '../../db/generated/client'
import { BUDGET_CHANNEL } from '../../db/listen'
import { notify } from '../../db/notify'
import type { NewEvent } from '../../outbox/append'
import { readInstallationId } from '../installation/read-installation-id'
import { type BudgetRow, budgetFacts, budgetSubject, projectNameOf } from './budget-row'
import { crossedSteps } from './crossed-steps'

/** Tells the daemon, once this transaction commits, that what budgets allow has changed. */
export const wakeBudgets = (tx: Tx): Promise<void> => notify(tx, BUDGET_CHANNEL)

/**
 * Sets the marks that the spend of a present period has newly crossed. The caller holds the spend's row, so each is set
 * once. Returns what is to be told: one event of the highest share, or null.
 */
export async function tellCrossed(
  tx: Tx,
  budget: BudgetRow,
  spend: BudgetSpend,
  now: Date,
): Promise<Extract<NewEvent, { type: 'budget.warning' }> | null> {
  const { budgetId, periodStart } = spend
  if (now < periodStart || now >= spend.periodEnd) return null
  const { marks, percent } = crossedSteps(spend, budget.limit, now)
  if (percent === null) return null
  await tx.budgetSpend.update({ where: { budgetId_periodStart: { budgetId, periodStart } }, data: marks })
  if (percent === 100) await wakeBudgets(tx)
  return {
    type: 'budget.warning',
    subject: budgetSubject(budget, await readInstallationId({ db: { prisma: tx } })),
    project: projectNameOf(budget),
    data: {
      ...budgetFacts(budget),
      percent,
      used: spend.spent.toNumber(),
      limit: budget.limit.plus(spend.raisedBy).toNumber(),
      periodStart: periodStart.toISOString(),
      periodEnd: spend.periodEnd.toISOString(),
    },
  }
}
