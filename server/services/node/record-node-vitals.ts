import type { Heartbeat } from '@/contracts/agent-protocol/messages'
import { withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import type { ServiceContext } from '../service-context'

/** Writes what a heartbeat says of the agent's machine. Not a change of state: no audit, no event. */
export async function recordNodeVitals(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'fence'>,
  nodeId: string,
  heartbeat: Heartbeat,
): Promise<void> {
  const now = ctx.clock.now()
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await tx.node.update({
      where: { id: nodeId },
      data: {
        loadAverage: heartbeat.loadAverage,
        freeMemoryBytes: BigInt(Math.round(heartbeat.freeMemoryBytes)),
        providers: heartbeat.providers,
        lastSeenAt: now,
      },
    })
    await tx.agent.updateMany({
      where: { id: heartbeat.instanceId },
      data: { lastSeenAt: now, heartbeatSeq: BigInt(heartbeat.seq) },
    })
  })
}
