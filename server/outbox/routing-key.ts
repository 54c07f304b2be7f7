import type { EventType } from '@/contracts/event/event-data'

// A dot separates words of a routing key, and a project's name may hold one.
const word = (text: string): string => text.replaceAll('.', '_')

/**
 * Routing key on the exchange `stratavore.events`, as architecture.md lists them: the type, then the severity of an
 * alert, the project of what belongs to one, else the subject's id.
 */
export function routingKey(event: {
  type: EventType
  project: string | null
  subject: { id: string }
  data: Record<string, unknown>
}): string {
  const { type, project, subject, data } = event
  if (type === 'system.alert') return `${type}.${data.severity}`
  if (type === 'runner.heartbeat' || type === 'session.resumed') return `${type}.${subject.id}`
  return `${type}.${word(project ?? subject.id)}`
}
