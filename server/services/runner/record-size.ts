import { withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import type { ServiceContext } from '../service-context'

/** Remembers the size of the terminal of a runner of this node, for its next life. Not a change of state: no audit, no event. */
export async function recordSize(
  ctx: Pick<ServiceContext, 'db' | 'fence'>,
  nodeId: string,
  runnerId: string,
  { cols, rows }: { cols: number; rows: number },
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await tx.runner.updateMany({ where: { id: runnerId, nodeId }, data: { cols, rows } })
  })
}
