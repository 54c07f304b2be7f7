import type { ProviderId } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { RefusedLaunch } from '../runner/refused-launch'
import type { ServiceContext } from '../service-context'
import { quotaUse, requireResources, selectResourceUse } from './resource-quotas'

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

/** Throws `quota_exceeded` unless the project has a free slot, memory and CPU left. The caller holds the project's lock. */
export async function requireFreeSlot(
  ctx: Pick<ServiceContext, 'settings'>,
  tx: Tx,
  project: { id: string; name: string },
  provider: ProviderId,
): Promise<void> {
  const { limit, used } = await countSlots(ctx, tx, project.id)
  requireSlot(project, provider, { limit, used })
  const uses = quotaUse.array().parse(await tx.$queryRaw(selectResourceUse(Prisma.sql`${project.id}::uuid`)))
  requireResources(uses, project, provider)
}

/** Throws `quota_exceeded` when all slots are used. `provider` is the one of the launch that asks. */
export function requireSlot(
  project: { id: string; name: string },
  provider: ProviderId,
  { limit, used }: { limit: number; used: number },
): void {
  if (used < limit) return
  const data = { kind: 'concurrent_runners', limit, used, provider }
  const subject = { type: 'project', id: project.id }
  throw new RefusedLaunch(
    'quota_exceeded',
    `${project.name} already uses ${used} of its ${limit} runners.`,
    { action: 'quota.refuse', event: { type: 'quota.exceeded', subject, project: project.name, data } },
    `Stop one, or raise the quota: stratavore quota set ${project.name} ${limit + 1}`,
  )
}
