import type { Runner } from '@/contracts/runner/runner'
import { notFound } from '../../core/errors'
import type { ServiceContext } from '../service-context'
import { runnerInclude, runnerToApi } from './runner-to-api'

/** One runner. Throws `not_found`. */
export async function getRunner(ctx: Pick<ServiceContext, 'db'>, input: { id: string }): Promise<Runner> {
  const row = await ctx.db.prisma.runner.findUnique({ where: { id: input.id }, include: runnerInclude })
  if (!row) throw notFound('runner', input.id)
  return runnerToApi(row)
}
