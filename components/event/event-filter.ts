import { type Event, type EventType, eventType } from '@/contracts/event/event'

/** What events are about. */
export const EVENT_FAMILIES = [
  'runner',
  'session',
  'approval',
  'prompt',
  'project',
  'quota',
  'budget',
  'metrics',
  'node',
  'user',
  'system',
] as const
export type EventFamily = (typeof EVENT_FAMILIES)[number]

/** The family of a type: its first word. */
export const familyOf = (type: EventType): string => type.slice(0, type.indexOf('.'))

/** The types of a family, heartbeats left out: they say nothing but "still there". */
export const typesOf = (family: EventFamily | null): EventType[] =>
  eventType.options.filter((type) => type !== 'runner.heartbeat' && (family === null || familyOf(type) === family))

/** Events of both lists once each, newest first, at most `max`. */
export function mergeEvents(live: Event[], listed: Event[], max: number): Event[] {
  const bySeq = new Map<number, Event>()
  for (const event of [...live, ...listed]) bySeq.set(event.seq, event)
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, max)
}
