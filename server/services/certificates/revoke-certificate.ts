import { requireInInstallation } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Revokes one certificate; a connection that was made with it is cut. Revoked already, nothing changes. */
export async function revokeCertificate(
  ctx: ServiceContext,
  { serial }: { serial: string },
): Promise<{ revoked: number }> {
  requireInInstallation(ctx, 'admin')
  return withTransaction(ctx.db, async (tx) => {
    const row = await tx.nodeCertificate.findUnique({ where: { serial }, include: { node: true } })
    if (!row) throw notFound('certificate', serial)
    const { count } = await tx.nodeCertificate.updateMany({
      where: { serial, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    })
    if (count > 0) {
      const data = { node: row.node.name, serial }
      await recordChange(ctx, tx, { action: 'ca.revoke', target: { type: 'node', id: row.nodeId }, data }, [])
    }
    return { revoked: count }
  })
}
