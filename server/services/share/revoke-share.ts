import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Ends a link, whoever made it: what is open with it is cut. Throws `not_found`, also for one that is over. */
export async function revokeShare(ctx: ServiceContext, { id }: { id: string }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const include = { runner: { select: { projectId: true } } }
    const row = await tx.shareLink.findUnique({ where: { id }, include })
    if (!row) throw notFound('share', id)
    requireInProject(ctx, row.runner.projectId, { type: 'share', ref: id })
    // The condition is in the statement: of two who revoke it one did.
    const ended = await tx.shareLink.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    })
    if (ended.count !== 1) throw notFound('share', id)
    const target = { type: 'runner', id: row.runnerId }
    await recordChange(ctx, tx, { action: 'share.revoke', target, data: { shareId: id, kind: row.kind } }, [])
  })
}
