import { randomUUID } from 'node:crypto'
import type { EventData, EventType } from '@/contracts/event/event-data'
import type { Actor } from '../core/actor'
import type { Tx } from '../db/database'
import { EVENTS_CHANNEL } from '../db/listen'
import { routingKey } from './routing-key'

/** An event to be told once its transaction commits. */
export type NewEvent = {
  [T in EventType]: {
    type: T
    subject: { type: string; id: string }
    /** Project name, where it belongs to one. */
    project: string | null
    data: EventData<T>
  }
}[EventType]

/** The end of the audit chain, held by this transaction until it commits. */
export interface ChainTip {
  seq: bigint
  mac: Uint8Array
}

/**
 * Makes this transaction the only one that appends until it commits. That gives outbox rows their order: `seq` is
 * assigned under this lock, so a reader that has seen n will never find a smaller one appear. Take it last, it is short.
 */
export async function takeCommitOrder(tx: Tx): Promise<ChainTip> {
  const rows = await tx.$queryRaw<ChainTip[]>`SELECT seq, mac FROM audit_tip WHERE id = 1 FOR UPDATE`
  const tip = rows[0]
  if (!tip) throw new Error('audit_tip has no row: the audit chain was tampered with or the migration did not run')
  return tip
}

/**
 * Appends events to the outbox, inside the transaction of the change they tell of. Needs `takeCommitOrder` before.
 * `traceId` is the request that made the change; null when none did.
 */
export async function append(
  tx: Tx,
  tip: ChainTip,
  by: { actor: Actor; at: Date; traceId: string | null },
  events: readonly NewEvent[],
): Promise<void> {
  void tip // proof that the order is held
  if (events.length === 0) return
  await tx.outboxEvent.createMany({
    data: events.map((event) => ({
      id: randomUUID(),
      type: event.type,
      routingKey: routingKey(event),
      aggregateType: event.subject.type,
      aggregateId: event.subject.id,
      project: event.project,
      actorKind: by.actor.kind,
      actorName: by.actor.name,
      traceId: by.traceId,
      data: JSON.parse(JSON.stringify(event.data)),
      occurredAt: by.at,
    })),
  })
  await wakePublishers(tx)
}

/** Tells publishers, once this transaction commits, that events wait. */
export async function wakePublishers(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_notify(${EVENTS_CHANNEL}, '')) AS notified`
}
