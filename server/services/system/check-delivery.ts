import type { Settings } from '@/config/settings'
import type { HealthCheck } from '@/contracts/system/system'
import type { DaemonStatus } from '../../core/ports/daemon-link'
import type { ServiceContext } from '../service-context'
import { healthy, switchedOff, unhealthy } from './health-check'
import { brokerCondition } from './read-system-status'

/** An event that waits longer than this is not just on its way. */
const LATE_AFTER_MS = 60_000

/** Where events go: as the daemon says. */
export function checkBroker(settings: Pick<Settings, 'amqpUrl'>, daemon: DaemonStatus | null): HealthCheck {
  const name = 'broker'
  const { kind, ok, state, since, error } = brokerCondition({ settings }, daemon)
  if (daemon?.role === 'standby') return healthy(name, 'the daemon that leads delivers')
  if (state === 'unknown') return unhealthy(name, 'unknown while the daemon does not answer')
  const what = kind === 'amqp' ? 'RabbitMQ' : 'in process'
  if (!ok) {
    const details = `${what}, ${state} since ${since ?? 'unknown'}${error === null ? '' : `: ${error}`}`
    return unhealthy(name, details, 'Events wait in the database and go out once it is back; none is lost.')
  }
  if (kind === 'amqp') return healthy(name, `${what}, ready`)
  return switchedOff(name, `${what}, ready`, 'AMQP_URL=amqp://user:password@host:5672 publishes events to RabbitMQ.')
}

/** What waits to be delivered, and what never was. */
export async function checkOutbox(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<HealthCheck> {
  const waiting = { publishedAt: null, deadAt: null }
  const { outboxEvent } = ctx.db.prisma
  const [pending, oldest, dead] = await Promise.all([
    outboxEvent.count({ where: waiting }),
    outboxEvent.findFirst({ where: waiting, orderBy: { seq: 'asc' }, select: { occurredAt: true } }),
    outboxEvent.count({ where: { deadAt: { not: null } } }),
  ])
  const ageMs = oldest ? Math.max(0, ctx.clock.now().getTime() - oldest.occurredAt.getTime()) : 0
  const age = `${pending} event(s) wait, the oldest for ${Math.round(ageMs / 1000)} s`
  const details = pending === 0 ? 'all events are delivered' : age
  if (dead > 0)
    return unhealthy(
      'outbox',
      `${details}; ${dead} parked because the broker kept refusing them`,
      'See `stratavore events dead`, and send them again with `stratavore events dead retry --all`.',
    )
  if (ageMs > LATE_AFTER_MS) return unhealthy('outbox', details, 'They go out once the broker takes them.')
  return healthy('outbox', details)
}
