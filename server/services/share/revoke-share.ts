import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Ends a link, whoever made it: what is open with it is cut. Throws `not_found`, also for one that is over. */
export async function revokeShare(ctx: ServiceContext, { id }: { id: string }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const include = { runner: { select: { projectId: true } } }
    const row = await tx.shareLink.findUnique({ where: { id }, include })
    if (!row) throw notFound('share', id)
    requireInProject(ctx, row.runner.projectId, { type: 'share', ref: id })
    if ((await revokeShares(ctx, tx, { id })) !== 1) throw notFound('share', id)
  })
}

/** Ends all links that somebody made and that are not over, as part of a larger change; returns how many. */
export const revokeSharesOf = (ctx: ServiceContext, tx: Tx, userId: string): Promise<number> =>
  revokeShares(ctx, tx, { userId, expiresAt: { gt: ctx.clock.now() } })

async function revokeShares(
  ctx: ServiceContext,
  tx: Tx,
  which: { id: string } | { userId: string; expiresAt: { gt: Date } },
): Promise<number> {
  // The condition is in the statement: of two who revoke a link one did.
  const ended = await tx.shareLink.updateManyAndReturn({
    where: { ...which, revokedAt: null },
    data: { revokedAt: ctx.clock.now() },
  })
  for (const { id: shareId, kind, runnerId } of ended) {
    const target = { type: 'runner', id: runnerId }
    await recordChange(ctx, tx, { action: 'share.revoke', target, data: { shareId, kind } }, [])
  }
  return ended.length
}
