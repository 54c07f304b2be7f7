import { randomUUID } from 'node:crypto'
import type { AuditRecord } from '@/contracts/audit/audit'
import type { EventData, EventType } from '@/contracts/event/event-data'
import type { Actor } from '../core/actor'
import type { Fence } from '../core/fence'
import type { Tx } from '../db/database'
import { EVENTS_CHANNEL } from '../db/listen'
import { notify } from '../db/notify'
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

/** Not every subject has an id of its own. */
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

/** The audit row of a change, signed as the next of the chain. */
export interface SignedRecord {
  record: AuditRecord
  seq: bigint
  keyId: string
  mac: Uint8Array<ArrayBuffer>
}

/**
 * Appends a change's audit row and its events, in the transaction of the change, and says that there is news. Needs
 * `takeCommitOrder` before. `traceId` is the request that made the change; null when none did.
 *
 * One statement, since every other change of the installation waits for this transaction's commit.
 */
export async function append(
  tx: Tx,
  tip: ChainTip,
  by: { actor: Actor; at: Date; traceId: string | null },
  events: readonly NewEvent[],
  audit: SignedRecord | null,
): Promise<void> {
  void tip // proof that the order is held
  const column = <T>(of: (event: NewEvent) => T): T[] => events.map(of)
  const record = audit?.record
  await tx.$queryRaw`
    WITH audited AS (
      INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, via, request_id, action, target_type, target_id,
                                data, key_id, mac, version, remote_addr, credential)
      SELECT a.seq, ${by.at}, ${by.actor.kind}, ${by.actor.id}, ${by.actor.name}, ${by.actor.via}, ${by.traceId},
             ${record?.action ?? null}, ${record?.targetType ?? null}, ${record?.targetId ?? null},
             ${JSON.stringify(record?.data ?? null)}::jsonb, ${audit?.keyId ?? null}, ${audit?.mac ?? null}::bytea,
             ${record?.version ?? null}::smallint, ${record?.remoteAddr ?? null}, ${record?.credential ?? null}
        FROM (SELECT ${audit?.seq ?? null}::bigint AS seq) AS a WHERE a.seq IS NOT NULL
    ), moved AS (
      UPDATE audit_tip SET seq = t.seq, mac = ${audit?.mac ?? null}::bytea
        FROM (SELECT ${audit?.seq ?? null}::bigint AS seq) AS t WHERE id = 1 AND t.seq IS NOT NULL
    ), appended AS (
      INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, project, project_id, actor_kind,
                                 actor_name, trace_id, data, occurred_at)
      SELECT e.id::uuid, e.type, e.routing_key, e.aggregate_type, e.aggregate_id, e.project,
             CASE e.aggregate_type
               WHEN 'project' THEN subject.id
               WHEN 'runner' THEN (SELECT project_id FROM runners WHERE id = subject.id)
               WHEN 'session' THEN (SELECT project_id FROM sessions WHERE id = subject.id)
             END, ${by.actor.kind}, ${by.actor.name}, ${by.traceId}, e.data::jsonb, ${by.at}
        FROM unnest(${column(() => randomUUID())}::text[], ${column((event) => event.type)}::text[],
                    ${column(routingKey)}::text[], ${column((event) => event.subject.type)}::text[],
                    ${column((event) => event.subject.id)}::text[], ${column((event) => event.project)}::text[],
                    ${column((event) => JSON.stringify(event.data))}::text[])
             WITH ORDINALITY AS e (id, type, routing_key, aggregate_type, aggregate_id, project, data, place),
             LATERAL (SELECT CASE WHEN e.aggregate_id ~ ${UUID} THEN e.aggregate_id::uuid END AS id) AS subject
       ORDER BY e.place
    )
    SELECT 1 FROM (SELECT pg_notify(${EVENTS_CHANNEL}, '') WHERE ${events.length > 0}) AS told`
}

/** Tells publishers, once this transaction commits, that events wait. */
export const wakePublishers = (tx: Tx): Promise<void> => notify(tx, EVENTS_CHANNEL)
