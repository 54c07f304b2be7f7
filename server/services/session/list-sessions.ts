import type { z } from 'zod'
import type { Session, sessionListInput } from '@/contracts/session/session'
import { inVisibleProjects } from '../../core/access/access'
import type { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { sessionInclude, sessionToApi } from './session-to-api'

type ListInput = z.output<typeof sessionListInput>

/** Sessions, most recently active first, a page of them: the next one begins after the last of this one. */
export async function listSessions(ctx: ServiceContext, input: ListInput): Promise<Session[]> {
  const projectId =
    input.project === undefined ? inVisibleProjects(ctx) : (await findProject(ctx, ctx.db.prisma, input.project)).id
  const rows = await ctx.db.prisma.session.findMany({
    where: {
      projectId,
      provider: input.provider,
      AND: [whereState(input.state), whereText(input.text), whereAfter(input.cursor)],
    },
    include: sessionInclude,
    orderBy: [{ lastActivityAt: 'desc' }, { id: 'desc' }],
    take: input.limit,
  })
  return rows.map(sessionToApi)
}

function whereState(state: ListInput['state']): Prisma.SessionWhereInput {
  if (state === undefined) return {}
  return { leaseRunnerId: state === 'live' ? { not: null } : null }
}

function whereText(text: string | undefined): Prisma.SessionWhereInput {
  if (!text) return {}
  // LIKE's own signs are meant as they are.
  const contains = { contains: text.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } as const
  const fields = ['title', 'firstPrompt', 'cwd', 'gitBranch', 'providerSessionId'] as const
  return { OR: fields.map((field) => ({ [field]: contains })) }
}

function whereAfter(cursor: ListInput['cursor']): Prisma.SessionWhereInput {
  if (!cursor) return {}
  const { lastActivityAt, id } = cursor
  return { OR: [{ lastActivityAt: { lt: lastActivityAt } }, { lastActivityAt, id: { lt: id } }] }
}
