import { type Event, event as eventSchema } from '@/contracts/event/event'
import type { OutboxEvent } from '../../db/generated/client'

/** An outbox row as the API tells it. */
export const eventToApi = (row: OutboxEvent): Event =>
  eventSchema.parse({
    seq: Number(row.seq),
    id: row.id,
    type: row.type,
    at: row.occurredAt.toISOString(),
    actor: { kind: row.actorKind, name: row.actorName },
    subject: { type: row.aggregateType, id: row.aggregateId },
    project: row.project,
    data: row.data,
  })
