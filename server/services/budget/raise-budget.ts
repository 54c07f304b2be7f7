import type { Budget, BudgetRaiseInput } from '@/contracts/budget/budget'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { readInstallationId } from '../installation/read-installation-id'
import type { ServiceContext } from '../service-context'
import { budgetFacts, budgetSubject, projectNameOf } from './budget-row'
import { budgetToApi } from './budget-to-api'
import { takenBack } from './crossed-steps'
import { lockBudget } from './lock-budget'
import { periodOf } from './period'
import { wakeBudgets } from './tell-crossed'

/** One press of a button: it raises once, and only the period that it was shown for. */
export interface RaisePress {
  key: string
  periodStart: Date
}

/**
 * Adds to a budget's limit for its present period; what it held goes on. Steps that are not reached any more are told
 * again when they are. Throws `not_found`; with a press `invalid_state` when it was pressed before or its period is over.
 */
export async function raiseBudget(ctx: ServiceContext, input: BudgetRaiseInput, press?: RaisePress): Promise<Budget> {
  return withTransaction(ctx.db, async (tx) => {
    const row = await lockBudget(ctx, tx, input.id)
    const now = ctx.clock.now()
    const { start, end } = periodOf(row.period, now, row.timeZone)
    if (press !== undefined) {
      if (press.periodStart.getTime() !== start.getTime())
        throw new StratavoreError('invalid_state', 'The period of this alert is over.')
      const scope = 'budget.raise'
      // The budgets' lock is held: nobody presses it at the same time.
      if (await tx.idempotencyKey.findUnique({ where: { scope_key: { scope, key: press.key } } }))
        throw new StratavoreError('invalid_state', 'The budget was raised by this button already.')
      const requestHash = new Uint8Array()
      await tx.idempotencyKey.create({ data: { scope, key: press.key, requestHash, resultId: row.id, createdAt: now } })
    }
    const added =
      'percent' in input.by ? row.limit.times(input.by.percent).div(100).toDecimalPlaces(6) : input.by.amount
    const key = { budgetId: row.id, periodStart: start }
    const spend = await tx.budgetSpend.upsert({
      where: { budgetId_periodStart: key },
      create: { ...key, periodEnd: end, raisedBy: added },
      update: { raisedBy: { increment: added } },
    })
    await tx.budgetSpend.update({ where: { budgetId_periodStart: key }, data: takenBack(spend, row.limit) })
    await wakeBudgets(tx)
    const raised = await budgetToApi(tx, row, now)
    const subject = budgetSubject(row, await readInstallationId({ db: { prisma: tx } }))
    const period = { periodStart: start.toISOString(), periodEnd: end.toISOString() }
    const data = { ...budgetFacts(row), raisedBy: Number(added), ...period }
    await recordChange(ctx, tx, { action: 'budget.raise', target: subject, data }, [
      { type: 'budget.raised', subject, project: projectNameOf(row), data },
    ])
    return raised
  })
}
