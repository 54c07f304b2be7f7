import type { Heartbeat } from '@/contracts/agent-protocol/messages'
import type { ServiceContext } from '../service-context'

/** Writes what a heartbeat says of the agent's machine. Not a change of state: no audit, no event. */
export async function recordNodeVitals(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  nodeId: string,
  heartbeat: Heartbeat,
): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.prisma.node.update({
    where: { id: nodeId },
    data: {
      loadAverage: heartbeat.loadAverage,
      freeMemoryBytes: BigInt(Math.round(heartbeat.freeMemoryBytes)),
      providers: heartbeat.providers,
      lastSeenAt: now,
    },
  })
  await ctx.db.prisma.agent.updateMany({
    where: { id: heartbeat.instanceId },
    data: { lastSeenAt: now, heartbeatSeq: BigInt(heartbeat.seq) },
  })
}
