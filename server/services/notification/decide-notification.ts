import type { EventEnvelope } from '@/contracts/event/envelope'
import { type EventType, eventDataSchemas } from '@/contracts/event/event-data'
import type { NotificationSettings } from '@/contracts/notification/notification'
import { type RunnerFacts, runnerWishes } from './runner-wishes'
import { type SystemFacts, systemWishes } from './system-wishes'
import type { Wish } from './wish'

/** Types of events that can make or settle a notification; everything else is passed by without a look at the database. */
export const NOTICED_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  'runner.activity',
  'runner.notice',
  'runner.attended',
  'runner.started',
  'runner.stopping',
  'runner.stopped',
  'runner.failed',
  'runner.lost',
  'runner.paused',
  'runner.resumed',
  'runner.restarting',
  'runner.adopted',
  'approval.requested',
  'approval.answered',
  'approval.closed',
  'quota.exceeded',
  'budget.warning',
  'budget.raised',
  'node.lost',
  'node.joined',
  'system.alert',
  'system.started',
  'system.stopped',
])

/** Whether an event's subject is a runner. */
export const isAboutRunner = (type: EventType): boolean => type.startsWith('runner.') || type.startsWith('approval.')

/** What is known beside the event; `runner` is null when its row is gone. */
export interface Facts {
  runner: RunnerFacts | null
  system: SystemFacts
}

/**
 * What an event asks to be told or taken back, by the user's switches. Pure. Throws when the event's data does not fit
 * its type: such an event is for the dead letters.
 */
export function decideNotification(event: EventEnvelope, facts: Facts, settings: NotificationSettings): Wish[] {
  if (!NOTICED_TYPES.has(event.type)) return []
  const data: Record<string, unknown> = eventDataSchemas[event.type].parse(event.data)
  const at = new Date(event.time)
  const wishes = isAboutRunner(event.type)
    ? facts.runner
      ? runnerWishes(event.type, data, at, facts.runner)
      : []
    : systemWishes(event.type, data, facts.system)
  // What was told is taken back whatever the switches say now.
  return wishes.filter((wish) => wish.kind === 'withdraw' || settings.enabled[wish.draft.kind])
}
