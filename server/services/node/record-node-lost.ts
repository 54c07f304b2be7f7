import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Tells that a node has gone silent: once, until its agent joins again. */
export async function recordNodeLost(
  ctx: Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>,
  nodeId: string,
  silentMs: number,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const marked = await tx.node.updateMany({
      where: { id: nodeId, lostAt: null, removedAt: null },
      data: { lostAt: ctx.clock.now() },
    })
    if (marked.count === 0) return
    const node = await tx.node.findUniqueOrThrow({ where: { id: nodeId } })
    const runners = await tx.runner.count({ where: { nodeId, status: { in: SLOT_HOLDING_STATUSES } } })
    const subject = { type: 'node', id: nodeId }
    const data = { node: node.name, silentSeconds: Math.round(silentMs / 1000), runners }
    await recordChange(ctx, tx, { action: 'node.lose', target: subject, data }, [
      { type: 'node.lost', subject, project: null, data },
    ])
  })
}
