import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KEY_ID_BYTES, type KeyRing, type SealingKey } from './key-ring'

const ALGORITHM = 'aes-256-gcm'
/** NIST SP 800-38D: 96-bit nonce, 128-bit tag. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Says that a key's id follows; the first version named none. */
const MARK = Buffer.from('sv2:')
const HEADER_BYTES = MARK.length + KEY_ID_BYTES

/** Sealed with a key that is not there. */
export class UnknownKey extends Error {
  constructor(readonly keyId: string) {
    super(`it is sealed with the key ${keyId}, which is not in keys/secrets.key`)
  }
}

/** Encrypts text for storage. `context` is bound to it: a ciphertext moved to another row does not open. */
export function seal(ring: KeyRing, context: string, text: string): Uint8Array<ArrayBuffer> {
  const key = ring.current()
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key.secret, nonce).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return new Uint8Array(Buffer.concat([MARK, Buffer.from(key.id, 'hex'), nonce, cipher.getAuthTag(), body]))
}

/** Opens what `seal` made. Throws UnknownKey without its key, and when context or bytes are not the same. */
export function open(ring: KeyRing, context: string, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed)
  const id = keyIdOf(bytes)
  if (id === null) return openUnnamed(ring, context, bytes)
  const key = ring.all().find((candidate) => candidate.id === id)
  if (key !== undefined) return decrypt(key, context, bytes.subarray(HEADER_BYTES))
  try {
    // A nonce of the first version may look like a mark: once in four thousand million times.
    return openUnnamed(ring, context, bytes)
  } catch {
    throw new UnknownKey(id)
  }
}

/** The id of the key that something was sealed with; null for what is older than ids. */
export function keyIdOf(sealed: Uint8Array): string | null {
  const bytes = Buffer.from(sealed)
  const isNamed = bytes.length >= HEADER_BYTES && bytes.subarray(0, MARK.length).equals(MARK)
  return isNamed ? bytes.subarray(MARK.length, HEADER_BYTES).toString('hex') : null
}

/** Which key it was is not said: the oldest, in all likelihood. */
function openUnnamed(ring: KeyRing, context: string, bytes: Buffer): string {
  let failure: unknown
  for (const key of [...ring.all()].reverse()) {
    try {
      return decrypt(key, context, bytes)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function decrypt(key: SealingKey, context: string, bytes: Buffer): string {
  const decipher = createDecipheriv(ALGORITHM, key.secret, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}
