import type { Node } from '@/contracts/node/node'
import { providerProbe } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { inVisibleProjects } from '../../core/access/access'
import type { ServiceContext } from '../service-context'

/** All nodes that have not been removed, with their agents that are not known to be dead and the live runners they see. */
export async function listNodes(ctx: Pick<ServiceContext, 'clock' | 'db' | 'access'>): Promise<Node[]> {
  const now = ctx.clock.now()
  const rows = await ctx.db.prisma.node.findMany({
    where: { removedAt: null },
    include: {
      agents: { where: { goneAt: null }, orderBy: { startedAt: 'desc' } },
      certificates: { where: { revokedAt: null, expiresAt: { gt: now } }, orderBy: { expiresAt: 'desc' }, take: 1 },
    },
    orderBy: { createdAt: 'asc' },
  })
  const live = await ctx.db.prisma.runner.groupBy({
    by: ['nodeId', 'agentId'],
    where: { status: { in: SLOT_HOLDING_STATUSES }, projectId: inVisibleProjects(ctx) },
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
    draining: row.drainingAt !== null,
    certificateExpiresAt: row.certificates[0]?.expiresAt.toISOString() ?? null,
  }))
}
