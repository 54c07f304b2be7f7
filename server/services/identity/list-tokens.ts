import type { ApiToken } from '@/contracts/identity/identity'
import type { ServiceContext } from '../service-context'
import { liveToken } from './live-session'
import { tokenToApi } from './token-to-api'

/** Most rows one answer holds. */
const MAX_LISTED = 500

/** API tokens that work, newest first: those of one user, or of all for `userId` null. */
export async function listTokens(ctx: ServiceContext, input: { userId: string | null }): Promise<ApiToken[]> {
  const rows = await ctx.db.prisma.apiToken.findMany({
    where: { ...liveToken(ctx.clock.now()), ...(input.userId === null ? {} : { userId: input.userId }) },
    include: { user: true },
    orderBy: { createdAt: 'desc' },
    take: MAX_LISTED,
  })
  return rows.map(tokenToApi)
}
