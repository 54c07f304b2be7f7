import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a server is asked to prove: 256 random bits, in hex. */
export const PROOF_NONCE = /^[0-9a-f]{64}$/

/**
 * What only a process of this home can answer to `nonce`: an HMAC with the home's control key. Of the port it was asked on
 * too, so that nobody on another port can have it answered for them.
 */
export const homeProof = (controlKey: Buffer, nonce: string, port: number): string =>
  createHmac('sha256', controlKey).update(`stratavore home proof\n${nonce}\n${port}`).digest('hex')

/** Whether `given` is that answer. */
export function isHomeProof(controlKey: Buffer, nonce: string, port: number, given: string): boolean {
  const [right, answer] = [homeProof(controlKey, nonce, port), given].map((text) => Buffer.from(text))
  return right !== undefined && answer !== undefined && right.length === answer.length && timingSafeEqual(right, answer)
}
