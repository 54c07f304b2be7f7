import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { type EventType, eventDataSchemas } from './event-data'

const eventTypes = Object.keys(eventDataSchemas) as [EventType, ...EventType[]]

/** Types of events. A type is the first two words of its routing key. */
export const eventType = z.enum(eventTypes)
export type { EventType }

export const actorKind = z.enum(['user', 'token', 'agent', 'daemon', 'system'])
export type ActorKind = z.infer<typeof actorKind>

/** One committed change, as told to the outside. `seq` grows in commit order. */
export const event = z.object({
  seq: z.number().int(),
  id: uuid,
  type: eventType,
  at: timestamp,
  actor: z.object({ kind: actorKind, name: z.string() }),
  subject: z.object({ type: z.string(), id: z.string() }),
  /** Project name, where the event belongs to one. */
  project: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type Event = z.infer<typeof event>

export const eventListInput = z
  .object({
    types: z.array(eventType).max(eventType.options.length).optional(),
    subjectId: z.string().max(64).optional(),
    project: z.string().max(64).optional(),
    /** Only events older than this seq: the next page. */
    beforeSeq: z.number().int().min(0).optional(),
    limit: z.number().int().min(1).max(500).default(100),
  })
  .default({ limit: 100 })

export const eventStreamInput = z
  .object({
    /** The last event seen (set by the SSE transport on reconnect too); without it the stream starts now. */
    lastEventId: z
      .string()
      .regex(/^\d{1,18}$/, 'must be an event seq')
      .nullish(),
    types: z.array(eventType).max(eventType.options.length).optional(),
    subjectId: z.string().max(64).optional(),
  })
  .default({})

/** An event that could not be delivered and is parked until somebody sends it again. */
export const deadEvent = event.extend({
  routingKey: z.string(),
  attempts: z.number().int(),
  lastError: z.string(),
  deadAt: timestamp,
})
export type DeadEvent = z.infer<typeof deadEvent>

export const deadEventListInput = z
  .object({ beforeSeq: z.number().int().min(0).optional(), limit: z.number().int().min(1).max(500).default(100) })
  .default({ limit: 100 })
export const deadEventPage = z.object({ total: z.number().int(), events: z.array(deadEvent) })

/** Most events one call names. */
const MAX_RETRY_IDS = 500
export const retryDeadInput = z.union([
  z.object({ ids: z.array(uuid).min(1).max(MAX_RETRY_IDS) }).strict(),
  z.object({ all: z.literal(true) }).strict(),
])
export const retryDeadResult = z.object({ retried: z.number().int() })
