import { totalTokens } from '@/contracts/usage/tokens'
import type { Tx } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { requireFence } from '../../outbox/require-fence'
import { recordChange } from '../audit/record-change'
import { countSpend, type UsageDelta } from '../budget/count-spend'
import type { UsageContext } from './usage-context'
import { usageEvents } from './usage-events'
import { type UsageChange, type UsageTelling, writeUsage } from './write-usage'

/**
 * Brings what a teller says into the ledger and counts it against budgets. Returns how to end the transaction: telling of
 * it, for which every other change of the installation waits, comes last; `more` is told with it. The caller has
 * `lockLedger`.
 */
export async function recordUsage(
  ctx: UsageContext,
  tx: Tx,
  telling: UsageTelling,
): Promise<(more?: readonly NewEvent[]) => Promise<void>> {
  const changes = await writeUsage(ctx, tx, telling)
  const crossed = await countSpend(
    ctx,
    tx,
    changes.flatMap((change) => [deltaOf(change), ...lateDeltasOf(change)]),
  )
  const events = [...usageEvents(changes), ...crossed]
  return (more = []) =>
    events.length + more.length > 0 ? recordChange(ctx, tx, null, [...events, ...more]) : requireFence(tx, ctx.fence)
}

const deltaOf = ({ place, usage, more, costUsd, moreUsd }: UsageChange): UsageDelta => ({
  projectId: place.projectId,
  runnerId: place.runnerId,
  at: usage.at,
  tokens: totalTokens(more),
  costUsd: costUsd === null ? null : moreUsd,
})

/** What was counted before it was known whose it is: theirs have not counted it. */
function lateDeltasOf({ place, usage }: UsageChange): UsageDelta[] {
  const { before } = place
  if (before === null) return []
  const late = {
    projectId: place.projectId,
    runnerId: place.runnerId,
    at: usage.at,
    tokens: totalTokens(before.tokens),
    costUsd: before.costUsd,
  }
  return [
    ...(before.runnerId === null && place.runnerId !== null ? [{ ...late, only: 'runner' as const }] : []),
    ...(before.projectId === null && place.projectId !== null ? [{ ...late, only: 'project' as const }] : []),
  ]
}
