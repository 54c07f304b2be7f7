import type { z } from 'zod'
import type { auditListInput, SignedAudit } from '@/contracts/audit/audit'
import type { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { recordRead } from './record-read'

/** Audit rows, newest first. */
export async function listAudit(ctx: ServiceContext, input: z.output<typeof auditListInput>): Promise<SignedAudit[]> {
  await recordRead(ctx, { action: 'audit.list', target: { type: 'audit', id: 'all' } })
  const where: Prisma.AuditEventWhereInput = {
    action: input.action === undefined ? undefined : { startsWith: input.action },
    actorName: input.actor,
    targetId: input.targetId,
    at: { gte: input.from, lt: input.to },
    seq: input.beforeSeq === undefined ? undefined : { lt: input.beforeSeq },
  }
  const rows = await ctx.db.prisma.auditEvent.findMany({ where, orderBy: { seq: 'desc' }, take: input.limit })
  return rows.map((row) => ({
    ...row,
    seq: Number(row.seq),
    at: row.at.toISOString(),
    mac: Buffer.from(row.mac).toString('hex'),
    version: row.version === 1 ? 1 : 2,
  }))
}
