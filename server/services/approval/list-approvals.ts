import type { z } from 'zod'
import type { Approval, approvalListInput } from '@/contracts/approval/approval'
import { inVisibleProjects, requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { getRunner } from '../runner/get-runner'
import type { ServiceContext } from '../service-context'
import { approvalInclude, approvalToApi } from './approval-to-api'

type ReadContext = Pick<ServiceContext, 'db' | 'access'>

/** What waits for an answer, the oldest first; without `open` also what is over, the newest first. */
export async function listApprovals(ctx: ReadContext, input: z.output<typeof approvalListInput>): Promise<Approval[]> {
  if (input.runnerId !== undefined) await getRunner(ctx, { id: input.runnerId })
  const rows = await ctx.db.prisma.approval.findMany({
    where: {
      runnerId: input.runnerId,
      runner: { projectId: inVisibleProjects(ctx) },
      ...(input.open ? { state: 'pending' } : {}),
    },
    orderBy: [{ requestedAt: input.open ? 'asc' : 'desc' }, { id: 'asc' }],
    take: input.limit,
    include: approvalInclude,
  })
  return rows.map(approvalToApi)
}

/** One of them. Throws `not_found`. */
export async function getApproval(ctx: ReadContext, input: { id: string }): Promise<Approval> {
  const row = await ctx.db.prisma.approval.findUnique({ where: { id: input.id }, include: approvalInclude })
  if (!row) throw notFound('approval', input.id)
  requireInProject(ctx, row.runner.projectId, { type: 'approval', ref: input.id })
  return approvalToApi(row)
}
