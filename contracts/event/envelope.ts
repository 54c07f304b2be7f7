import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { actorKind, eventType } from './event'
import { EVENT_DATA_VERSION, type EventType } from './event-data'

/** CloudEvents media type of one event in structured JSON mode. */
export const EVENT_CONTENT_TYPE = 'application/cloudevents+json'

/** Name of the schema of a type's data, as `dataschema` says it and docs/events files it. */
export const dataSchemaName = (type: EventType): string => `urn:stratavore:event:${type}:${EVENT_DATA_VERSION}`

/**
 * An event as it leaves Stratavore: CloudEvents 1.0, structured JSON mode. Extension attributes are lower case without
 * separators and scalar, as CloudEvents asks. Readers must ignore attributes and members they do not know.
 */
export const eventEnvelope = z.object({
  specversion: z.literal('1.0'),
  id: uuid.describe('Of the event. The same event delivered twice has the same id: act on it once.'),
  source: z.string().describe('urn:stratavore:installation:<id>, the same for all events of one installation.'),
  type: eventType,
  time: timestamp.describe('When the change was made.'),
  subject: z.string().describe('<kind>/<id> of what changed, e.g. runner/<uuid>. Events of one subject come in order.'),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string().describe('Names the schema of data: urn:stratavore:event:<type>:<version>.'),
  sequence: z.string().describe('Position in commit order, decimal digits. Grows; gaps are normal.'),
  actorkind: actorKind,
  actorname: z.string().describe('Who made the change.'),
  project: z.string().optional().describe('Project name, where the event belongs to one.'),
  traceid: z.string().optional().describe('Request that made the change; log lines and audit rows carry it too.'),
  data: z.record(z.string(), z.unknown()),
})
export type EventEnvelope = z.infer<typeof eventEnvelope>
