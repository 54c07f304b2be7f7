import { z } from 'zod'
import { auditExportInput, auditExportPage, auditListInput, auditVerdict, signedAudit } from '@/contracts/audit/audit'
import { exportChain } from '../../services/audit/export-chain'
import { listAudit } from '../../services/audit/list-audit'
import { verifyChain } from '../../services/audit/verify-chain'
import { procedure, router } from '../trpc'

export const auditRouter = router({
  /** Recomputes the audit chain, and compares it with the anchors of the settings. */
  verify: procedure({ may: 'admin', of: 'installation', reads: { sensitive: 'audit' } })
    .output(auditVerdict)
    .query(({ ctx }) => verifyChain(ctx.services)),
  /** Rows, newest first. */
  list: procedure({ may: 'admin', of: 'installation', reads: { sensitive: 'audit' } })
    .input(auditListInput)
    .output(z.array(signedAudit))
    .query(({ ctx, input }) => listAudit(ctx.services, input)),
  /** A page of the chain with its signatures, oldest row first. */
  export: procedure({ may: 'admin', of: 'installation', reads: { sensitive: 'audit' } })
    .input(auditExportInput)
    .output(auditExportPage)
    .query(({ ctx, input }) => exportChain(ctx.services, input)),
})
