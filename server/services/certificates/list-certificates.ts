import type { NodeCertificate } from '@/contracts/node/remote'
import { requireInInstallation } from '../../core/access/access'
import type { ServiceContext } from '../service-context'

/** Renewed twice a week, that is several years of some nodes. */
const MAX_LISTED = 1_000

/** Certificates that nodes were given, the newest first. */
export async function listCertificates(ctx: ServiceContext): Promise<NodeCertificate[]> {
  requireInInstallation(ctx, 'admin')
  const rows = await ctx.db.prisma.nodeCertificate.findMany({
    include: { node: { select: { name: true } } },
    orderBy: { issuedAt: 'desc' },
    take: MAX_LISTED,
  })
  return rows.map((row) => ({
    serial: row.serial,
    node: row.node.name,
    authority: row.authority,
    issuedAt: row.issuedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }))
}
