import type { EventEnvelope } from '@/contracts/event/envelope'
import type { EventType } from '@/contracts/event/event-data'
import type { EventConsumer } from './event-consumer'

/** Name of the consumer, in metrics and logs. */
export const DAEMON_CONSUMER = 'daemon'

/** Events that tell of a new desired state. */
const DESIRES: ReadonlySet<EventType> = new Set<EventType>(['runner.launched', 'runner.stopping', 'runner.restarting'])

/** Events after which a prompt that waits for its runner may be due. */
const IDLENESS: ReadonlySet<EventType> = new Set<EventType>(['runner.activity', 'approval.closed'])

/**
 * The daemon's own look at everything delivered: measures how long delivery took, and wakes the reconciler for runners
 * whose desired state changed, a second way beside NOTIFY. Doing both twice does no harm.
 */
export function daemonConsumer(options: {
  now(): Date
  delivered(seconds: number): void
  wakeRunner(runnerId: string): void
  wakePrompts(): void
}): EventConsumer {
  return {
    name: DAEMON_CONSUMER,
    queue: 'stratavore.daemon.events',
    handle: async (event: EventEnvelope) => {
      options.delivered(Math.max(0, options.now().getTime() - Date.parse(event.time)) / 1000)
      const [kind, id] = event.subject.split('/')
      if (kind === 'runner' && id !== undefined && DESIRES.has(event.type)) options.wakeRunner(id)
      if (IDLENESS.has(event.type)) options.wakePrompts()
    },
  }
}
