import type { Project } from '@/contracts/project/project'
import { DEFAULT_RUNNER_QUOTA } from '@/contracts/quota/quota'
import { isWaiting, SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { Tx } from '../../db/database'
import type { Prisma } from '../../db/generated/client'

const include = {
  node: { select: { name: true } },
  variables: { select: { name: true }, orderBy: { name: 'asc' } },
  quotas: { where: { kind: 'concurrent_runners' } },
  _count: { select: { sessions: true } },
} satisfies Prisma.ProjectInclude

/** Projects as the API gives them, newest first. `fallbackQuota` is the limit of those without one of their own. */
export async function projectsToApi(
  db: Pick<Tx, 'project' | 'runner'>,
  which: Prisma.ProjectWhereInput,
  fallbackQuota: number = DEFAULT_RUNNER_QUOTA,
): Promise<Project[]> {
  const rows = await db.project.findMany({
    where: { deletedAt: null, ...which },
    include,
    orderBy: { createdAt: 'desc' },
  })
  const projectIds = rows.map((row) => row.id)
  // One after the other: inside a transaction there is one connection.
  const live = await db.runner.groupBy({
    by: ['projectId', 'activity'],
    where: { projectId: { in: projectIds }, status: { in: SLOT_HOLDING_STATUSES } },
    _count: true,
  })
  const where = { projectId: { in: projectIds } }
  const tokens = await db.runner.groupBy({ by: ['projectId'], where, _sum: { tokensUsed: true } })
  return rows.map((row) => {
    const own = live.filter((group) => group.projectId === row.id)
    const count = (groups: typeof own) => groups.reduce((sum, group) => sum + group._count, 0)
    return {
      id: row.id,
      name: row.name,
      path: row.path,
      description: row.description,
      defaultProvider: row.defaultProvider,
      node: row.node.name,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      archivedAt: row.archivedAt?.toISOString() ?? null,
      runnerQuota: Number(row.quotas[0]?.limit ?? fallbackQuota),
      liveRunners: count(own),
      waitingRunners: count(own.filter((group) => isWaiting(group.activity))),
      sessionCount: row._count.sessions,
      tokensUsed: Number(tokens.find((sum) => sum.projectId === row.id)?._sum.tokensUsed ?? 0),
      recordsInput: row.recordsInput,
      variableNames: row.variables.map((variable) => variable.name),
    }
  })
}
