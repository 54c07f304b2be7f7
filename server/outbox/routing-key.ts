import type { EventType } from '@/contracts/event/event'

// A dot separates words of a routing key, and a project's name may hold one.
const word = (text: string): string => text.replaceAll('.', '_')

/**
 * Routing key on the exchange `stratavore.events`, as architecture.md lists them: the type, then the project for what
 * belongs to one, else the subject's id.
 */
export function routingKey(type: EventType, project: string | null, subjectId: string): string {
  if (type === 'runner.heartbeat' || type === 'session.resumed') return `${type}.${subjectId}`
  return `${type}.${word(project ?? subjectId)}`
}
