import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Notes that a node's agent spoke of what belongs to another node. Nothing of it was done. */
export async function recordTrespass(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>,
  trespass: { nodeId: string; event: string; target: { type: string; id: string } },
): Promise<void> {
  const { nodeId, event, target } = trespass
  await withTransaction(ctx.db, (tx) =>
    recordChange(ctx, tx, { action: 'node.trespass', target, data: { nodeId, event } }, []),
  )
}
