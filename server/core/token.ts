import { createHash, randomBytes } from 'node:crypto'

/** 256 bits, as security.md asks of everything that opens a door. */
const TOKEN_BYTES = 32

/** A new opaque token. The prefix says what it is when it is found where it should not be. */
export const newToken = (prefix: string): string => `${prefix}_${randomBytes(TOKEN_BYTES).toString('base64url')}`

/** Whether a text has the shape of a token of this kind: a file cut off by a crash has not. */
export const isToken = (text: string, prefix: string): boolean =>
  text.startsWith(`${prefix}_`) && Buffer.from(text.slice(prefix.length + 1), 'base64url').length === TOKEN_BYTES

/** What is stored of a token. SHA-256 is enough: the tokens are random, not passwords. */
export const hashToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest())
