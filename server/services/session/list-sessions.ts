import type { Session } from '@/contracts/session/session'
import { notFound } from '../../core/errors'
import type { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'

const include = { project: { select: { name: true } } } satisfies Prisma.SessionInclude

const sessionToApi = (row: Prisma.SessionGetPayload<{ include: typeof include }>): Session => ({
  id: row.id,
  provider: row.provider,
  providerSessionId: row.providerSessionId,
  project: row.project?.name ?? null,
  projectId: row.projectId,
  title: row.title,
  cwd: row.cwd,
  model: row.model,
  runnerId: row.leaseRunnerId,
  messageCount: row.messageCount,
  tokensUsed: Number(row.tokensUsed),
  startedAt: row.startedAt.toISOString(),
  lastActivityAt: row.lastActivityAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})

/** Sessions, most recently active first. */
export async function listSessions(
  ctx: ServiceContext,
  input: { project?: string; limit: number },
): Promise<Session[]> {
  const projectId = input.project === undefined ? undefined : (await findProject(ctx.db.prisma, input.project)).id
  const rows = await ctx.db.prisma.session.findMany({
    where: { projectId },
    include,
    orderBy: { lastActivityAt: 'desc' },
    take: input.limit,
  })
  return rows.map(sessionToApi)
}

/** One session. Throws `not_found`. */
export async function getSession(ctx: ServiceContext, input: { id: string }): Promise<Session> {
  const row = await ctx.db.prisma.session.findUnique({ where: { id: input.id }, include })
  if (!row) throw notFound('session', input.id)
  return sessionToApi(row)
}
