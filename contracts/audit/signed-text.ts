import type { AuditRecord, Checkpoint } from './audit'

/** What a newly written row is signed as. Rows of version 1 do not say where they came from. */
export const AUDIT_VERSION = 2

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

/** The text that the MAC of a row covers, after the MAC of the row before it. */
export function signedText(keyId: string, record: AuditRecord): string {
  const fields = [
    keyId,
    String(record.seq),
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
  // No key is called by a version: a row cannot be read as one of another version.
  return JSON.stringify(record.version === 1 ? fields : ['v2', ...fields, record.remoteAddr, record.credential])
}

/** The text that a checkpoint's signature covers. Nothing comes before it. */
export const checkpointText = ({ keyId, seq, mac, prunedAt }: Omit<Checkpoint, 'signature'>): string =>
  JSON.stringify(['checkpoint', keyId, String(seq), mac, prunedAt])
