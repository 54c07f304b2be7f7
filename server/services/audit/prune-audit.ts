import { checkpointSignature } from '../../core/audit-chain'
import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { type RecordingContext, recordChange } from './record-change'

/** Rows that one round takes at most: it is one transaction. */
const MAX_ROWS = 50_000

/**
 * Drops audit rows of before a moment, oldest first and a bounded number, and leaves a signed checkpoint for them. The
 * newest row and what is younger than a day always stay, whatever is asked. Returns how many went.
 */
export async function pruneAudit(
  ctx: RecordingContext & Pick<ServiceContext, 'db' | 'keys' | 'clock'>,
  before: Date,
): Promise<number> {
  return withTransaction(ctx.db, async (tx) => {
    // The clock decides by the row's own time; seq decides what is before it, so that no hole is made.
    const [last] = await tx.$queryRaw<{ seq: bigint; mac: Uint8Array }[]>`
      SELECT seq, mac FROM (SELECT seq, at, mac FROM audit_events ORDER BY seq LIMIT ${MAX_ROWS}) AS oldest
       WHERE seq < coalesce((SELECT min(seq) FROM audit_events WHERE at >= ${before}), (SELECT seq FROM audit_tip))
       ORDER BY seq DESC LIMIT 1`
    if (last === undefined) return 0
    const prunedAt = ctx.clock.now()
    const checkpoint = {
      seq: Number(last.seq),
      mac: Buffer.from(last.mac).toString('hex'),
      prunedAt: prunedAt.toISOString(),
      keyId: ctx.keys.audit.id,
    }
    const signature = new Uint8Array(checkpointSignature(ctx.keys.audit, checkpoint))
    const [pruned] = await tx.$queryRaw<{ rows: bigint }[]>`
      SELECT audit_prune(${last.seq}::bigint, ${prunedAt}::timestamptz, ${ctx.keys.audit.id}, ${signature}::bytea) AS rows`
    const rows = Number(pruned?.rows ?? 0)
    const target = { type: 'audit', id: 'all' }
    await recordChange(ctx, tx, { action: 'audit.prune', target, data: { upTo: checkpoint.seq, rows } }, [])
    return rows
  })
}
