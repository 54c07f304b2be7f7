import type { AuditVerdict, ChainEnd } from '@/contracts/audit/audit'
import { createChainVerifier } from '@/contracts/audit/verify-chain'
import { auditSigner } from '../../core/audit-chain'
import type { ServiceContext } from '../service-context'
import { onSnapshot, readChain, readCheckpoint, readTip } from './chain-rows'
import { readAnchors } from './read-anchors'

/** Rows read at once: some MB. */
const PAGE_ROWS = 2_000
/** Before the first row, and before any that somebody numbered so. */
const BEFORE_ALL = -(2 ** 52)

/**
 * Recomputes the audit chain from its first row, or from where pruning ended, to its recorded end, as of one moment, and
 * compares it with the anchors in the file of the settings. Who can write the database can cut the chain and its recorded
 * end alike: only anchors show that.
 */
export async function verifyChain(ctx: Pick<ServiceContext, 'db' | 'keys' | 'settings'>): Promise<AuditVerdict> {
  const { auditAnchorFile } = ctx.settings
  const anchors: ChainEnd[] = auditAnchorFile === undefined ? [] : await readAnchors(ctx, auditAnchorFile)
  return onSnapshot(ctx, async (session) => {
    const checkpoint = await readCheckpoint(session)
    const verifier = createChainVerifier(auditSigner(ctx.keys.audit), { checkpoint, anchors })
    let after = checkpoint?.seq ?? BEFORE_ALL
    for (let more = true; more; ) {
      const rows = await readChain(session, after, PAGE_ROWS)
      const whole = rows.every((row) => verifier.take(row))
      after = rows.at(-1)?.seq ?? 0
      more = whole && rows.length === PAGE_ROWS
    }
    return verifier.verdict(await readTip(session))
  })
}
