import type { ProviderId } from '@/contracts/provider/provider'
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

/** A refusal for want of a slot, with what is to be told of it. */
export class QuotaExceededError extends StratavoreError {
  constructor(
    readonly refusal: {
      project: { id: string; name: string }
      /** Of the launch that was refused. */
      provider: ProviderId
      limit: number
      used: number
    },
  ) {
    const { project, limit, used } = refusal
    super('quota_exceeded', `${project.name} already uses ${used} of its ${limit} runners.`, {
      hint: `Stop one, or raise the quota: stratavore quota set ${project.name} --runners ${limit + 1}`,
    })
  }
}

/** Throws `quota_exceeded` unless the project has a free slot. The caller holds the project's lock. */
export async function requireFreeSlot(
  ctx: Pick<ServiceContext, 'settings'>,
  tx: Tx,
  project: { id: string; name: string },
  provider: ProviderId,
): Promise<void> {
  const { limit, used } = await countSlots(ctx, tx, project.id)
  requireSlot(project, provider, { limit, used })
}

/** Throws `quota_exceeded` when all slots are used. `provider` is the one of the launch that asks. */
export function requireSlot(
  project: { id: string; name: string },
  provider: ProviderId,
  { limit, used }: { limit: number; used: number },
): void {
  if (used < limit) return
  throw new QuotaExceededError({ project: { id: project.id, name: project.name }, provider, limit, used })
}
