import type { Budget } from '@/contracts/budget/budget'
import { inVisibleProjects } from '../../core/access/access'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { budgetInclude } from './budget-row'
import { budgetToApi } from './budget-to-api'

/**
 * All budgets they see, oldest first, or those that what a project uses counts against: its own, its runners', and those of the
 * installation. Those of deleted projects are left out. Throws `not_found`.
 */
export async function listBudgets(ctx: ServiceContext, input: { project?: string }): Promise<Budget[]> {
  const { prisma } = ctx.db
  const project = input.project === undefined ? null : await findProject(ctx, prisma, input.project)
  const seen = { id: inVisibleProjects(ctx), deletedAt: null }
  const everything = { projectId: null, runnerId: null }
  const rows = await prisma.budget.findMany({
    where: {
      OR: project
        ? [everything, { projectId: project.id }, { runner: { projectId: project.id } }]
        : [everything, { project: seen }, { runner: { project: seen } }],
    },
    include: budgetInclude,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  const now = ctx.clock.now()
  return Promise.all(rows.map((row) => budgetToApi(prisma, row, now)))
}
