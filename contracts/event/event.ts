import { z } from 'zod'
import { timestamp, uuid } from '../primitives'

/** Types of events. A type is the first two words of its routing key. */
export const eventType = z.enum([
  'runner.launched',
  'runner.started',
  'runner.stopping',
  'runner.stopped',
  'runner.failed',
  'runner.lost',
  'runner.paused',
  'runner.resumed',
  'runner.restarting',
  'runner.adopted',
  'runner.activity',
  'runner.heartbeat',
  'session.created',
  'session.resumed',
  'project.created',
  'project.updated',
  'project.archived',
  'project.deleted',
  'quota.updated',
  'node.joined',
  'node.offline',
  'node.updated',
  'user.signed_in',
  'system.alert',
  'system.started',
  'system.stopped',
])
export type EventType = z.infer<typeof eventType>

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
