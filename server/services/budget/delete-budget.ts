import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { readInstallationId } from '../installation/read-installation-id'
import type { ServiceContext } from '../service-context'
import { budgetFacts, budgetSubject, projectNameOf } from './budget-row'
import { lockBudget, refuseQuota } from './lock-budget'
import { wakeBudgets } from './tell-crossed'

/** Deletes a budget with what it counted; what it held goes on. Throws `not_found`, `invalid_state` for a quota's. */
export async function deleteBudget(ctx: ServiceContext, input: { id: string }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const row = await lockBudget(ctx, tx, input.id)
    await refuseQuota(tx, row)
    await tx.budget.delete({ where: { id: row.id } })
    await wakeBudgets(tx)
    const subject = budgetSubject(row, await readInstallationId({ db: { prisma: tx } }))
    const data = budgetFacts(row)
    await recordChange(ctx, tx, { action: 'budget.delete', target: subject, data }, [
      { type: 'budget.deleted', subject, project: projectNameOf(row), data },
    ])
  })
}
