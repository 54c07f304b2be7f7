import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isHomeProof } from './home-proof'

const PROOF_TIMEOUT_MS = 10_000
const answer = z.object({ proof: z.string() })
const DEFAULT_PORT: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * Whether the server at `url` is of the home whose control key this is: while ours is down, anybody on this machine may
 * listen in its place, and a home's token opens everything. Rejects with what `fetch` throws when nobody answers.
 */
export async function provesHome(url: string, controlKey: Buffer): Promise<boolean> {
  const nonce = randomBytes(32).toString('hex')
  const response = await fetch(`${url}/api/auth/proof?nonce=${nonce}`, {
    redirect: 'error',
    signal: AbortSignal.timeout(PROOF_TIMEOUT_MS),
  })
  const given = answer.safeParse(await response.json().catch(() => null))
  const { port, protocol } = new URL(url)
  return (
    given.success && isHomeProof(controlKey, nonce, Number(port) || (DEFAULT_PORT[protocol] ?? 0), given.data.proof)
  )
}
