import { randomUUID } from 'node:crypto'
import type { EventData, EventType } from '@/contracts/event/event-data'
import type { Actor } from '../core/actor'
import type { Fence } from '../core/fence'
import type { Tx } from '../db/database'
import { EVENTS_CHANNEL } from '../db/listen'
import { judgeFence } from './require-fence'
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
 * With a fence it throws `conflict` when another daemon leads, and none can begin to before this transaction ends.
 */
export async function takeCommitOrder(tx: Tx, fence?: Fence): Promise<ChainTip> {
  const rows = fence
    ? await tx.$queryRaw<(ChainTip & { epoch: bigint })[]>`
        SELECT tip.seq, tip.mac, lease.epoch FROM audit_tip tip, daemon_lease lease
         WHERE tip.id = 1 AND lease.id = 1 FOR UPDATE OF tip FOR SHARE OF lease`
    : await tx.$queryRaw<(ChainTip & { epoch?: never })[]>`SELECT seq, mac FROM audit_tip WHERE id = 1 FOR UPDATE`
  const row = rows[0]
  if (!row) throw new Error('audit_tip has no row: the audit chain was tampered with or the migration did not run')
  if (fence) judgeFence(fence, row.epoch)
  return { seq: row.seq, mac: row.mac }
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
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_notify(${EVENTS_CHANNEL}, '')) AS notified`
}
