import type { z } from 'zod'
import type { runnerListInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { inVisibleProjects } from '../../core/access/access'
import type { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { runnerInclude, runnerToApi } from './runner-to-api'

/** An ended runner stays on the default list this long, so that a crash overnight is seen in the morning. */
const RECENTLY_ENDED_MS = 24 * 60 * 60 * 1000

/** Runners, newest first: the live ones and those that ended lately, or all. */
export async function listRunners(ctx: ServiceContext, input: z.output<typeof runnerListInput>): Promise<Runner[]> {
  const where: Prisma.RunnerWhereInput = { projectId: inVisibleProjects(ctx) }
  if (input.project !== undefined) where.projectId = (await findProject(ctx, ctx.db.prisma, input.project)).id
  if (input.activity) where.activity = { in: input.activity }
  if (input.status) {
    where.status = { in: input.status }
  } else if (!input.all) {
    const since = new Date(ctx.clock.now().getTime() - RECENTLY_ENDED_MS)
    where.OR = [{ status: { in: SLOT_HOLDING_STATUSES } }, { endedAt: { gt: since } }]
  }
  const rows = await ctx.db.prisma.runner.findMany({
    where,
    include: runnerInclude,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: input.limit,
  })
  return rows.map(runnerToApi)
}
