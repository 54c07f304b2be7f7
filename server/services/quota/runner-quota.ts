import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { ServiceContext } from '../service-context'

/** Slots of a project: how many it may use, how many it uses. */
export async function countSlots(
  ctx: Pick<ServiceContext, 'settings'>,
  tx: Pick<Tx, 'quota' | 'runner'>,
  projectId: string,
): Promise<{ limit: number; used: number; explicit: boolean }> {
  const own = await tx.quota.findUnique({ where: { projectId_kind: { projectId, kind: 'concurrent_runners' } } })
  const used = await tx.runner.count({ where: { projectId, status: { in: SLOT_HOLDING_STATUSES } } })
  return { limit: Number(own?.limit ?? ctx.settings.runnerQuota), used, explicit: own !== null }
}

/** Throws `quota_exceeded` unless the project has a free slot. The caller holds the project's lock. */
export async function requireFreeSlot(
  ctx: Pick<ServiceContext, 'settings'>,
  tx: Tx,
  project: { id: string; name: string },
): Promise<void> {
  const { limit, used } = await countSlots(ctx, tx, project.id)
  requireSlot(project.name, limit, used)
}

/** Throws `quota_exceeded` when all slots are used. */
export function requireSlot(projectName: string, limit: number, used: number): void {
  if (used < limit) return
  throw new StratavoreError('quota_exceeded', `${projectName} already uses ${used} of its ${limit} runners.`, {
    hint: `Stop one, or raise the quota: stratavore quota set ${projectName} --runners ${limit + 1}`,
  })
}
