import type { Quota } from '@/contracts/quota/quota'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import { listProjects } from '../project/list-projects'
import type { ServiceContext } from '../service-context'
import { resourceUse, selectResourceUse } from './resource-quotas'
import { countSlots } from './runner-quota'

/** The quotas of one project, or of all that are not archived. */
export async function listQuotas(ctx: ServiceContext, input: { project?: string }): Promise<Quota[]> {
  const projects =
    input.project === undefined
      ? await listProjects(ctx, { includeArchived: false })
      : [await findProject(ctx, ctx.db.prisma, input.project)]
  return (await Promise.all(projects.map((project) => quotasOf(ctx, ctx.db.prisma, project)))).flat()
}

/** The quotas of a project: that of its runners always, the others where they are set. */
export async function quotasOf(
  ctx: Pick<ServiceContext, 'settings' | 'clock'>,
  tx: Pick<Tx, 'quota' | 'runner' | '$queryRaw' | 'budgetSpend'>,
  project: { id: string; name: string },
): Promise<Quota[]> {
  const slots = { kind: 'concurrent_runners' as const, ...(await countSlots(ctx, tx, project.id)) }
  const uses = resourceUse.array().parse(await tx.$queryRaw(selectResourceUse(Prisma.sql`${project.id}::uuid`)))
  const daily = await tx.quota.findUnique({
    where: { projectId_kind: { projectId: project.id, kind: 'tokens_per_day' } },
  })
  const now = ctx.clock.now()
  // The budget behind it has its id.
  const spend =
    daily &&
    (await tx.budgetSpend.findFirst({
      where: { budgetId: daily.id, periodStart: { lte: now }, periodEnd: { gt: now } },
    }))
  const tokens = daily
    ? [{ kind: 'tokens_per_day' as const, limit: Number(daily.limit), used: spend?.spent.toNumber() ?? 0 }]
    : []
  return [slots, ...[...uses, ...tokens].map((quota) => ({ ...quota, explicit: true }))].map((quota) => ({
    project: project.name,
    ...quota,
  }))
}
