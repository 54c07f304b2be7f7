import { type AccessContext, requireInInstallation, requireInProject } from '../../core/access/access'
import { notFound, StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'
import { BUDGETS_LOCK, type BudgetRow, budgetInclude } from './budget-row'

/** Reads a budget for whoever asks and holds all budgets until the commit. Throws `not_found`, `forbidden`. */
export async function lockBudget(ctx: AccessContext, tx: Tx, id: string): Promise<BudgetRow> {
  await lockKey(tx, BUDGETS_LOCK)
  const row = await tx.budget.findUnique({ where: { id }, include: budgetInclude })
  if (!row) throw notFound('budget', id)
  const projectId = row.projectId ?? row.runner?.projectId ?? null
  // Everybody sees what limits the whole installation.
  if (projectId === null) requireInInstallation(ctx)
  else requireInProject(ctx, projectId, { type: 'budget', ref: id })
  return row
}

/** Throws `invalid_state` for the budget behind a quota of tokens: it is changed as a quota. */
export async function refuseQuota(tx: Tx, row: BudgetRow): Promise<void> {
  const quota = await tx.quota.findUnique({ where: { id: row.id }, include: { project: true } })
  if (!quota) return
  throw new StratavoreError('invalid_state', "This is the project's quota of tokens per day.", {
    hint: `Change it as a quota: stratavore quota set ${quota.project?.name} --tokens-per-day 2M`,
  })
}
