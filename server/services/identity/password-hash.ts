import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { normalPassword } from './judge-password'

/** Argon2id as OWASP's cheat sheet asks for: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(normalPassword(password), ARGON2)

/** Of a password that nobody has: what a user who is not there, or has none, is checked against. */
let nobodysHash: Promise<string> | undefined

/**
 * Whether a password is the one of `stored`. For null the same work is done for nothing, so that the time an answer
 * takes does not tell whether there is such a user.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hash(randomBytes(32), ARGON2)
  const right = await verify(stored ?? (await nobodysHash), normalPassword(password))
  return right && stored !== null
}
