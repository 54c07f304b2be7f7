import { createHmac } from 'node:crypto'
import type { AuditRecord, Checkpoint } from '@/contracts/audit/audit'
import { checkpointText, signedText } from '@/contracts/audit/signed-text'
import type { Signer } from '@/contracts/audit/verify-chain'

/** The key of the audit chain. It is kept outside the database, so who can write tables cannot forge the chain. */
export interface AuditKey {
  id: string
  secret: Buffer
}

const hmac = (key: AuditKey, previous: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key.secret).update(previous).update(text).digest()

/** HMAC-SHA256 over the record and the MAC before it: changing, removing or reordering a row breaks every later one. */
export const auditMac = (key: AuditKey, record: AuditRecord, previous: Uint8Array): Buffer =>
  hmac(key, previous, signedText(key.id, record))

/** Signs what stands for pruned rows. */
export const checkpointSignature = (key: AuditKey, checkpoint: Omit<Checkpoint, 'signature'>): Buffer =>
  hmac(key, new Uint8Array(), checkpointText(checkpoint))

/** The key as the verifier of chains takes it. */
export const auditSigner = (key: AuditKey): Signer => ({
  keyId: key.id,
  sign: (previous, text) => hmac(key, Buffer.from(previous, 'hex'), text).toString('hex'),
})
