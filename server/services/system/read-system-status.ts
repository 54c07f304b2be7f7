import type { Settings } from '@/config/settings'
import { isWaiting, runnerActivity, runnerStatus, SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { BrokerCondition, SystemStatus } from '@/contracts/system/system'
import { inVisibleProjects } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import type { DaemonLink, DaemonStatus } from '../../core/ports/daemon-link'
import { VERSION } from '../../core/version'
import { listNodes } from '../node/list-nodes'
import type { ServiceContext } from '../service-context'

const WAITING = runnerActivity.options.filter(isWaiting)

/** The daemon's own word, or null when it does not answer: that is part of the status, not an error. */
export async function askDaemon(daemon: DaemonLink): Promise<DaemonStatus | null> {
  try {
    return await daemon.status()
  } catch (error) {
    if (error instanceof StratavoreError && (error.code === 'unavailable' || error.code === 'timeout')) return null
    throw error
  }
}

/** The daemon's own word on the broker; what is configured when it does not answer. */
export function brokerCondition(
  ctx: { settings: Pick<Settings, 'amqpUrl'> },
  daemon: DaemonStatus | null,
): BrokerCondition {
  // A standby has no connection to a broker and needs none.
  if (daemon) return { ...daemon.broker, ok: daemon.role === 'standby' || daemon.broker.state === 'ready' }
  const kind = ctx.settings.amqpUrl === undefined ? 'local' : 'amqp'
  return { kind, ok: false, state: 'unknown', since: null, error: null }
}

/** Versions and processes of the installation, and counts of what they see of it. */
export async function readSystemStatus(ctx: ServiceContext, url: string): Promise<SystemStatus> {
  const { prisma } = ctx.db
  const asked = ctx.clock.monotonicMs()
  await prisma.$queryRaw`SELECT 1`
  const latencyMs = ctx.clock.monotonicMs() - asked
  const projectId = inVisibleProjects(ctx)
  const [daemon, nodes, projects, sessions, byStatus, waiting, outboxPending, outboxDead] = await Promise.all([
    askDaemon(ctx.daemon),
    listNodes(ctx),
    prisma.project.count({ where: { id: projectId, deletedAt: null } }),
    prisma.session.count({ where: { projectId } }),
    prisma.runner.groupBy({ by: ['status'], where: { projectId }, _count: true }),
    prisma.runner.count({
      where: { projectId, status: { in: SLOT_HOLDING_STATUSES }, activity: { in: WAITING } },
    }),
    prisma.outboxEvent.count({ where: { publishedAt: null, deadAt: null } }),
    prisma.outboxEvent.count({ where: { deadAt: { not: null } } }),
  ])
  const count = (status: string) => byStatus.find((group) => group.status === status)?._count ?? 0
  const runners = Object.fromEntries(runnerStatus.options.map((status) => [status, count(status)]))
  return {
    version: VERSION,
    url,
    web: {
      pid: process.pid,
      startedAt: new Date(ctx.clock.now().getTime() - process.uptime() * 1000).toISOString(),
      memoryBytes: process.memoryUsage.rss(),
    },
    daemon: daemon && { pid: daemon.pid, startedAt: daemon.startedAt, memoryBytes: daemon.memoryBytes },
    agents: nodes.flatMap((node) =>
      node.agents.map(({ id, pid, connected, runnerCount }) => ({ id, node: node.name, pid, connected, runnerCount })),
    ),
    database: { ok: true, kind: ctx.databaseKind, latencyMs },
    broker: brokerCondition(ctx, daemon),
    counts: {
      projects,
      sessions,
      nodes: nodes.length,
      nodesOnline: nodes.filter((node) => node.online).length,
      runners: runners as SystemStatus['counts']['runners'],
      live: SLOT_HOLDING_STATUSES.reduce((sum, status) => sum + count(status), 0),
      waiting,
    },
    outboxPending,
    outboxDead,
  }
}
