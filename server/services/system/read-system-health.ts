import type { SystemHealth } from '@/contracts/system/system'
import { listNodes } from '../node/list-nodes'
import type { ServiceContext } from '../service-context'
import { askDaemon } from './read-system-status'

type Check = SystemHealth['checks'][number]

/** The state of each dependency. Only a missing database is `down`: without the rest, what runs goes on. */
export async function readSystemHealth(ctx: ServiceContext): Promise<SystemHealth> {
  const database = await checkDatabase(ctx)
  const daemon = await checkDaemon(ctx)
  const agents = database.ok
    ? await checkAgents(ctx)
    : { name: 'agents', ok: false, detail: 'unknown without the database' }
  const checks = [database, daemon, agents]
  const status = !database.ok ? 'down' : checks.every((check) => check.ok) ? 'ok' : 'degraded'
  return { status, checks }
}

async function checkDatabase(ctx: ServiceContext): Promise<Check> {
  const name = 'database'
  const asked = ctx.clock.monotonicMs()
  try {
    await ctx.db.prisma.$queryRaw`SELECT 1`
  } catch {
    // The reason may hold host and user; the log of the failing calls has it.
    return { name, ok: false, detail: 'does not answer' }
  }
  return { name, ok: true, detail: `answered in ${(ctx.clock.monotonicMs() - asked).toFixed(1)} ms` }
}

async function checkDaemon(ctx: ServiceContext): Promise<Check> {
  const daemon = await askDaemon(ctx.daemon)
  if (!daemon) return { name: 'daemon', ok: false, detail: 'does not answer; launches wait for it' }
  if (daemon.role !== 'leading') {
    const why = daemon.role === 'standby' ? 'is a standby: another daemon leads' : 'waits for its database session'
    return { name: 'daemon', ok: false, detail: `pid ${daemon.pid} ${why}` }
  }
  return { name: 'daemon', ok: true, detail: `pid ${daemon.pid}, ${daemon.agentsConnected} agent(s) connected` }
}

async function checkAgents(ctx: ServiceContext): Promise<Check> {
  const nodes = await listNodes(ctx)
  const offline = nodes.filter((node) => !node.online).map((node) => node.name)
  const detail =
    offline.length === 0 ? `${nodes.length} of ${nodes.length} nodes online` : `offline: ${offline.join(', ')}`
  return { name: 'agents', ok: offline.length === 0, detail }
}
