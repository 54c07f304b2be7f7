import type { Budget, BudgetSetInput } from '@/contracts/budget/budget'
import { requireInInstallation, requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { budgetToApi } from './budget-to-api'
import { writeBudget } from './write-budget'

/**
 * Sets the budget of a scope, period and unit: the installation's unless a project or a runner is named. What was used in
 * the present period counts from its beginning. Throws `not_found`.
 */
export async function setBudget(ctx: ServiceContext, input: BudgetSetInput): Promise<Budget> {
  return withTransaction(ctx.db, async (tx) => {
    const { project, runnerId = null, ...values } = input
    const projectId = project === undefined ? null : (await findProject(ctx, tx, project)).id
    if (runnerId !== null) {
      const runner = await tx.runner.findUnique({ where: { id: runnerId }, select: { projectId: true } })
      if (!runner) throw notFound('runner', runnerId)
      requireInProject(ctx, runner.projectId, { type: 'runner', ref: runnerId })
    } else if (projectId === null) requireInInstallation(ctx)
    const { row, subject, data, events } = await writeBudget(ctx, tx, { ...values, projectId, runnerId })
    const set = await budgetToApi(tx, row, ctx.clock.now())
    await recordChange(ctx, tx, { action: 'budget.set', target: subject, data }, events)
    return set
  })
}
