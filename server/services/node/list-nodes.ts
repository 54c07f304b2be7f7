import type { Node } from '@/contracts/node/node'
import { providerProbe } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { ServiceContext } from '../service-context'

/** All nodes that have not been removed, with their agents that are not known to be dead. */
export async function listNodes(ctx: Pick<ServiceContext, 'db'>): Promise<Node[]> {
  const rows = await ctx.db.prisma.node.findMany({
    where: { removedAt: null },
    include: { agents: { where: { goneAt: null }, orderBy: { startedAt: 'desc' } } },
    orderBy: { createdAt: 'asc' },
  })
  const live = await ctx.db.prisma.runner.groupBy({
    by: ['nodeId', 'agentId'],
    where: { status: { in: SLOT_HOLDING_STATUSES } },
    _count: true,
  })
  const count = (match: (group: (typeof live)[number]) => boolean) =>
    live.filter(match).reduce((sum, group) => sum + group._count, 0)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    online: row.agents.some((agent) => agent.connected),
    hostname: row.hostname,
    platform: row.platform,
    arch: row.arch,
    cpuCount: row.cpuCount,
    memoryBytes: row.memoryBytes === null ? null : Number(row.memoryBytes),
    loadAverage: row.loadAverage,
    freeMemoryBytes: row.freeMemoryBytes === null ? null : Number(row.freeMemoryBytes),
    liveRunners: count((group) => group.nodeId === row.id),
    providers: providerProbe.array().parse(row.providers),
    agents: row.agents.map((agent) => ({
      id: agent.id,
      pid: agent.pid,
      version: agent.version,
      protocol: agent.protocol,
      connected: agent.connected,
      startedAt: agent.startedAt.toISOString(),
      lastSeenAt: agent.lastSeenAt.toISOString(),
      runnerCount: count((group) => group.agentId === agent.id),
    })),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  }))
}
