import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { BUDGETS_LOCK, budgetInclude } from './budget-row'
import { recountSpend } from './recount-spend'
import { tellCrossed, wakeBudgets } from './tell-crossed'

/** Counts the present period of all budgets in dollars anew: prices have changed. Last in its transaction. */
export async function recountMoney(
  ctx: Pick<ServiceContext, 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>,
  tx: Tx,
): Promise<void> {
  await lockKey(tx, BUDGETS_LOCK)
  const budgets = await tx.budget.findMany({ where: { enabled: true, unit: 'usd' }, include: budgetInclude })
  if (budgets.length === 0) return
  const now = ctx.clock.now()
  const events = []
  for (const budget of budgets) {
    const event = await tellCrossed(tx, budget, await recountSpend(tx, budget, now), now)
    if (event) events.push(event)
  }
  await wakeBudgets(tx)
  if (events.length > 0) await recordChange(ctx, tx, null, events)
}
