import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { SystemMetrics } from '@/contracts/system/system'
import { inVisibleProjects } from '../../core/access/access'
import type { ServiceContext } from '../service-context'
import { askDaemon } from './read-system-status'

/** Load of all live runners they see together, and the daemon's own figures (null while it does not answer). */
export async function readSystemMetrics(ctx: ServiceContext): Promise<SystemMetrics> {
  const { prisma } = ctx.db
  const projectId = inVisibleProjects(ctx)
  const [load, used, daemon] = await Promise.all([
    prisma.runnerVitals.aggregate({
      where: { runner: { projectId, status: { in: SLOT_HOLDING_STATUSES } } },
      _sum: { cpuPercent: true, memoryBytes: true },
    }),
    prisma.runner.aggregate({ where: { projectId }, _sum: { tokensUsed: true } }),
    askDaemon(ctx.daemon),
  ])
  return {
    at: ctx.clock.now().toISOString(),
    cpuPercent: load._sum.cpuPercent ?? 0,
    memoryBytes: Number(load._sum.memoryBytes ?? 0),
    tokensUsed: Number(used._sum.tokensUsed ?? 0),
    heartbeatLatencyP50Ms: daemon?.heartbeatLatencyP50Ms ?? null,
    heartbeatLatencyP99Ms: daemon?.heartbeatLatencyP99Ms ?? null,
    daemonUptimeSeconds: daemon?.uptimeSeconds ?? null,
  }
}
