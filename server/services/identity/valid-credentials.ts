import { standingMark } from '../../core/access/rights'
import type { ServiceContext } from '../service-context'
import { liveShare, opensRunner, shareInclude } from '../share/live-share'
import { liveSession, liveToken } from './live-session'
import { standingInclude, standingOfToken, standingOfUser } from './standing'

/** The mark of a shared link: it opens one thing, or nothing. */
export const SHARE_MARK = 'share'

/**
 * Which of these credentials (ids of browser sessions, API tokens and shared links) still open anything, with the mark of what: one that
 * changes is of somebody who may more or less than before.
 */
export async function validCredentials(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'settings'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const now = ctx.clock.now()
  const id = { in: [...ids] }
  const user = { include: standingInclude }
  const [sessions, tokens, shares] = await Promise.all([
    ctx.db.prisma.webSession.findMany({ where: { id, ...liveSession(ctx.settings, now) }, select: { id: true, user } }),
    ctx.db.prisma.apiToken.findMany({
      where: { id, ...liveToken(now) },
      select: { id: true, scopes: true, user },
    }),
    ctx.db.prisma.shareLink.findMany({ where: { id, ...liveShare(now) }, include: shareInclude }),
  ])
  return new Map([
    ...sessions.map((row) => [row.id, standingMark(standingOfUser(row.user))] as const),
    ...tokens.map((row) => [row.id, standingMark(standingOfToken(row.user, row.scopes))] as const),
    ...shares.filter(opensRunner).map((row) => [row.id, SHARE_MARK] as const),
  ])
}
