import { createHmac } from 'node:crypto'

/** The key of the audit chain. It is kept outside the database, so who can write tables cannot forge the chain. */
export interface AuditKey {
  id: string
  secret: Buffer
}

/** What a MAC covers. Times are ISO strings with milliseconds, as the column keeps them. */
export interface AuditRecord {
  seq: bigint
  at: string
  actorKind: string
  actorId: string | null
  actorName: string
  via: string
  requestId: string | null
  action: string
  targetType: string
  targetId: string
  data: unknown
}

// jsonb does not keep key order: sorting makes what is read back equal to what was signed.
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** HMAC-SHA256 over the record and the MAC before it: changing, removing or reordering a row breaks every later one. */
export function auditMac(key: AuditKey, record: AuditRecord, previous: Uint8Array): Buffer {
  const fields = [
    key.id,
    record.seq.toString(),
    record.at,
    record.actorKind,
    record.actorId,
    record.actorName,
    record.via,
    record.requestId,
    record.action,
    record.targetType,
    record.targetId,
    canonical(record.data),
  ]
  return createHmac('sha256', key.secret).update(previous).update(JSON.stringify(fields)).digest()
}
