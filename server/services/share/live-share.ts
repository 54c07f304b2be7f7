import { rightsInProject } from '../../core/access/rights'
import type { Prisma } from '../../db/generated/client'
import { liveToken } from '../identity/live-session'
import { standingInclude, standingOfToken, standingOfUser } from '../identity/standing'
import type { ServiceContext } from '../service-context'

/** What a link's row needs beside it to tell whether it opens anything. */
export const shareInclude = {
  user: { include: standingInclude },
  apiToken: { select: { scopes: true } },
  runner: { select: { name: true, projectId: true, project: { select: { name: true } } } },
} satisfies Prisma.ShareLinkInclude

export type ShareRow = Prisma.ShareLinkGetPayload<{ include: typeof shareInclude }>

/** Which links work at `now`, as far as rows tell: see `opensRunner` for the rest. */
export const liveShare = (now: Date) =>
  ({
    revokedAt: null,
    expiresAt: { gt: now },
    user: { disabledAt: null },
    OR: [{ apiTokenId: null }, { apiToken: liveToken(now) }],
  }) satisfies Prisma.ShareLinkWhereInput

/** Whether who shares it may still see and drive the runner: a link never opens more than its maker may. */
export function opensRunner({ user, apiToken, runner }: ShareRow): boolean {
  const standing = apiToken === null ? standingOfUser(user) : standingOfToken(user, apiToken.scopes)
  const rights = rightsInProject(standing, runner.projectId)
  return rights.has('read') && rights.has('drive')
}

/** The one live link that this tells of, or null: for one that is unknown, over, or whose maker may no more. */
export async function readShare(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  which: { tokenHash: Uint8Array<ArrayBuffer> } | { id: string; runnerId: string },
): Promise<ShareRow | null> {
  const where = { ...which, ...liveShare(ctx.clock.now()) }
  const row = await ctx.db.prisma.shareLink.findFirst({ where, include: shareInclude })
  return row !== null && opensRunner(row) ? row : null
}

/** Who came by a link, as others are told. */
export const guestName = ({ user }: ShareRow): string => `guest of ${user.name}`

/** The link as audit rows name what opened the door. */
export const shareCredential = (id: string): string => `share:${id}`

/** The link's row as the API tells it. */
export const shareToApi = (row: ShareRow) => ({
  id: row.id,
  runnerId: row.runnerId,
  project: row.runner.project.name,
  kind: row.kind,
  user: row.user.name,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  lastOpenedAt: row.lastOpenedAt?.toISOString() ?? null,
})
