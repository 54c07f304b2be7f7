import { createHash } from 'node:crypto'

/** A 256-bit key, and what it is called beside what it has sealed. */
export interface SealingKey {
  id: string
  secret: Buffer
}

/** The keys of what is stored encrypted. They are kept outside the database; a rotation puts a new one in front. */
export interface KeyRing {
  /** Seals from now on. */
  current(): SealingKey
  /** All that can still be opened with, the current one first. */
  all(): readonly SealingKey[]
}

/** Bytes of a key's id: enough to tell keys of one installation apart, and nothing of the key. */
export const KEY_ID_BYTES = 8

/** What a key is called: it follows from the key, so two homes with the same key call it the same. */
export const sealingKey = (secret: Buffer): SealingKey => ({
  id: createHash('sha256')
    .update('stratavore-key\0')
    .update(secret)
    .digest('hex')
    .slice(0, KEY_ID_BYTES * 2),
  secret,
})
