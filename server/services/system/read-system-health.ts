import type { HealthCheck, SystemHealth } from '@/contracts/system/system'
import { FULL_ACCESS } from '../../core/access/access'
import type { DaemonStatus } from '../../core/ports/daemon-link'
import { databaseAnswers } from '../../db/database-answers'
import { listNodes } from '../node/list-nodes'
import { channelStatuses } from '../notification/list-notifications'
import type { ServiceContext } from '../service-context'
import { checkAuditGuard } from './check-audit-guard'
import { checkBroker, checkOutbox } from './check-delivery'
import { checkChannel, checkOptionalParts } from './check-optional-parts'
import { healthy, unhealthy } from './health-check'
import { askDaemon } from './read-system-status'

export type HealthContext = Pick<ServiceContext, 'db' | 'clock' | 'settings' | 'daemon'>

/**
 * The state of each dependency. Only a missing database is `down`: without the rest, what runs goes on. Answers within
 * seconds and never throws, whatever is away.
 */
export async function readSystemHealth(ctx: HealthContext): Promise<SystemHealth> {
  const [answeredMs, daemon] = await Promise.all([
    databaseAnswers(ctx.db, ctx.clock.monotonicMs),
    // Whatever is wrong with its answer, it is no answer.
    askDaemon(ctx.daemon).catch(() => null),
  ])
  const stored =
    answeredMs === null
      ? [unknown('outbox'), unknown('agents'), unknown('notifications'), unknown('audit log')]
      : (
          await Promise.all([
            readable('outbox', async () => [await checkOutbox(ctx)]),
            readable('agents', async () => [await checkAgents(ctx)]),
            readable('notifications', () => checkChannels(ctx)),
            readable('audit log', async () => [await checkAuditGuard(ctx)]),
          ])
        ).flat()
  const checks = [
    answeredMs === null
      ? unhealthy('database', 'does not answer', 'Nothing can be changed until it is back; what runs goes on.')
      : healthy('database', `answered in ${answeredMs.toFixed(1)} ms`),
    checkDaemon(daemon),
    checkBroker(ctx.settings, daemon),
    ...stored,
    ...checkOptionalParts(ctx.settings),
  ]
  const status = answeredMs === null ? 'down' : checks.every((check) => check.ok) ? 'ok' : 'degraded'
  return { status, checks }
}

const unknown = (name: string): HealthCheck => unhealthy(name, 'unknown without the database')

/** A database that went away between two questions is no reason to say nothing. */
const readable = (name: string, check: () => Promise<HealthCheck[]>): Promise<HealthCheck[]> =>
  check().catch(() => [unknown(name)])

const checkChannels = async (ctx: HealthContext): Promise<HealthCheck[]> =>
  (await channelStatuses(ctx)).map((status) => checkChannel(ctx.settings, status))

function checkDaemon(daemon: DaemonStatus | null): HealthCheck {
  const name = 'daemon'
  if (!daemon)
    return unhealthy(
      name,
      'does not answer; launches wait for it',
      'It is restarted by itself; the log of `stratavore up` says why it is not there.',
    )
  if (daemon.role === 'standby') return healthy(name, `pid ${daemon.pid} stands by; another daemon leads`)
  if (daemon.role === 'suspended')
    return unhealthy(name, `pid ${daemon.pid} lost the database session that makes it the leader, and gets it back`)
  return healthy(name, `pid ${daemon.pid}, ${daemon.agentsConnected} agent(s) connected`)
}

async function checkAgents(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<HealthCheck> {
  // Whether they answer is nobody's secret.
  const nodes = await listNodes({ ...ctx, access: FULL_ACCESS })
  const offline = nodes.filter((node) => !node.online).map((node) => node.name)
  if (offline.length === 0) return healthy('agents', `${nodes.length} of ${nodes.length} nodes online`)
  return unhealthy('agents', `offline: ${offline.join(', ')}`, 'Their runners go on; an agent reconnects by itself.')
}
