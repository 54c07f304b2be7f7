import type { Session } from '@/contracts/session/session'
import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import type { ServiceContext } from '../service-context'
import { sessionInclude, sessionToApi } from './session-to-api'

/** One session. Throws `not_found`, `forbidden`. */
export async function getSession(ctx: ServiceContext, input: { id: string }): Promise<Session> {
  const row = await ctx.db.prisma.session.findUnique({ where: { id: input.id }, include: sessionInclude })
  if (!row) throw notFound('session', input.id)
  requireInProject(ctx, row.projectId, { type: 'session', ref: input.id })
  return sessionToApi(row)
}
