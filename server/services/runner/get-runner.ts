import type { Runner } from '@/contracts/runner/runner'
import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import type { ServiceContext } from '../service-context'
import { runnerInclude, runnerToApi } from './runner-to-api'

/** One runner. Throws `not_found`, `forbidden`. */
export async function getRunner(ctx: Pick<ServiceContext, 'db' | 'access'>, input: { id: string }): Promise<Runner> {
  const row = await ctx.db.prisma.runner.findUnique({ where: { id: input.id }, include: runnerInclude })
  if (!row) throw notFound('runner', input.id)
  requireInProject(ctx, row.projectId, { type: 'runner', ref: input.id })
  return runnerToApi(row)
}
