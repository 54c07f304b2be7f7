import { createHash, randomBytes } from 'node:crypto'

/** 256 bits, as security.md asks of everything that opens a door. */
const TOKEN_BYTES = 32

/** A new opaque token. The prefix says what it is when it is found where it should not be. */
export const newToken = (prefix: string): string => `${prefix}_${randomBytes(TOKEN_BYTES).toString('base64url')}`

/** What is stored of a token. SHA-256 is enough: the tokens are random, not passwords. */
export const hashToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest())
