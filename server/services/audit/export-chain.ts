import type { z } from 'zod'
import type { AuditExportPage, auditExportInput } from '@/contracts/audit/audit'
import type { ServiceContext } from '../service-context'
import { onSnapshot, readChain, readCheckpoint, readTip } from './chain-rows'
import { recordRead } from './record-read'

/** A page of the audit log as it is signed, oldest first: what can be verified without this server. */
export async function exportChain(
  ctx: ServiceContext,
  input: z.output<typeof auditExportInput>,
): Promise<AuditExportPage> {
  await recordRead(ctx, { action: 'audit.export', target: { type: 'audit', id: 'all' } })
  return onSnapshot(ctx, async (session) => {
    const found = await readCheckpoint(session)
    const after = Math.max(input.afterSeq, found?.seq ?? 0)
    return { checkpoint: found, rows: await readChain(session, after, input.limit), tip: await readTip(session) }
  })
}
