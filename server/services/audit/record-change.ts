import type { AuditRecord } from '@/contracts/audit/audit'
import { AUDIT_VERSION } from '@/contracts/audit/signed-text'
import { eventDataSchemas } from '@/contracts/event/event-data'
import { type RedactText, redactJson } from '@/contracts/redaction/redact-text'
import { redactWhatMay } from '@/contracts/redaction/redact-what-may'
import { auditMac } from '../../core/audit-chain'
import type { Tx } from '../../db/database'
import { append, type ChainTip, type NewEvent, type SignedRecord, takeCommitOrder } from '../../outbox/append'
import type { ServiceContext } from '../service-context'

/** What was done, for the audit log. `data` holds before/after. */
export interface AuditEntry {
  action: string
  target: { type: string; id: string }
  data: Record<string, unknown>
}

export type RecordingContext = Pick<
  ServiceContext,
  'actor' | 'requestId' | 'clock' | 'keys' | 'fence' | 'source' | 'trail'
>

/**
 * Writes the audit row and the outbox rows of a change, in the change's own transaction, both without secrets. Call it last in the
 * transaction: it holds the chain's tip until the commit. Throws `conflict` when the context's fence is of a daemon that
 * no longer leads.
 */
export async function recordChange(
  ctx: RecordingContext,
  tx: Tx,
  audit: AuditEntry | null,
  events: readonly NewEvent[],
): Promise<void> {
  const tip = await takeCommitOrder(tx, ctx.fence)
  const at = ctx.clock.now()
  const { redact } = ctx.keys.known
  const signed = audit && sign(ctx, { ...audit, data: redactJson(audit.data, redact) }, tip, at)
  const told = events.map((event) => withoutSecrets(event, redact))
  await append(tx, tip, { actor: ctx.actor, at, traceId: ctx.requestId }, told, signed)
  if (signed && ctx.trail) ctx.trail.rows++
}

/**
 * An event without secrets that is still one: a secret may be a word that an event means something by, as a provider's name,
 * and with that hidden nobody could read the event.
 */
function withoutSecrets(event: NewEvent, redact: RedactText): NewEvent {
  const schema = eventDataSchemas[event.type]
  const data = redactWhatMay<unknown>(event.data, redact, (tried) => schema.safeParse(tried).success)
  return { ...event, data } as NewEvent
}

function sign(ctx: RecordingContext, audit: AuditEntry, tip: ChainTip, at: Date): SignedRecord {
  const seq = tip.seq + 1n
  const record: AuditRecord = {
    seq: Number(seq),
    at: at.toISOString(),
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    actorName: ctx.actor.name,
    via: ctx.actor.via,
    requestId: ctx.requestId,
    remoteAddr: ctx.source?.address ?? null,
    credential: ctx.source?.credential ?? null,
    action: audit.action,
    targetType: audit.target.type,
    targetId: audit.target.id,
    // What is signed is what is stored: undefined members are dropped here, not by the driver.
    data: JSON.parse(JSON.stringify(audit.data)),
    version: AUDIT_VERSION,
  }
  const mac = new Uint8Array(auditMac(ctx.keys.audit, record, tip.mac))
  return { record, seq, keyId: ctx.keys.audit.id, mac }
}
