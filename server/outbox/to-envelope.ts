import { dataSchemaName, type EventEnvelope } from '@/contracts/event/envelope'
import type { Event } from '@/contracts/event/event'

/** The event as it leaves Stratavore. `installationId` names this installation for all events alike. */
export function toEnvelope(event: Event, installationId: string, traceId: string | null): EventEnvelope {
  return {
    specversion: '1.0',
    id: event.id,
    source: `urn:stratavore:installation:${installationId}`,
    type: event.type,
    time: event.at,
    subject: `${event.subject.type}/${event.subject.id}`,
    datacontenttype: 'application/json',
    dataschema: dataSchemaName(event.type),
    sequence: String(event.seq),
    actorkind: event.actor.kind,
    actorname: event.actor.name,
    // CloudEvents knows no null: what is not there is left out.
    ...(event.project === null ? {} : { project: event.project }),
    ...(traceId === null ? {} : { traceid: traceId }),
    data: event.data,
  }
}
