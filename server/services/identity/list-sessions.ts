import type { WebSession } from '@/contracts/identity/identity'
import type { ServiceContext } from '../service-context'
import { liveSession } from './live-session'
import { sessionToApi } from './session-to-api'

/** Most rows one answer holds; nobody reads more. */
const MAX_LISTED = 500

/** Browsers that are signed in, last used first: those of one user, or of all for `userId` null. */
export async function listSessions(
  ctx: ServiceContext,
  input: { userId: string | null; current: string | null },
): Promise<WebSession[]> {
  const rows = await ctx.db.prisma.webSession.findMany({
    where: {
      ...liveSession(ctx.settings, ctx.clock.now()),
      ...(input.userId === null ? {} : { userId: input.userId }),
    },
    include: { user: true },
    orderBy: [{ lastUsedAt: 'desc' }, { createdAt: 'desc' }],
    take: MAX_LISTED,
  })
  return rows.map((row) => sessionToApi(row, input.current))
}
