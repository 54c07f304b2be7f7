import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isHomeProof } from '@/platform/home-proof'
import { CliError } from './cli-error'

const PROOF_TIMEOUT_MS = 10_000
const answer = z.object({ proof: z.string() })
const DEFAULT_PORT: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * Resolves once the server at `url` has proved that it is of the home whose control key is in `keyPath`: while ours is
 * down, anybody on this machine may listen in its place, and this home's token opens everything. Throws CliError when it
 * does not prove it; what `fetch` throws when nobody answers.
 */
export async function requireHomeProof(url: string, keyPath: string): Promise<void> {
  const nonce = randomBytes(32).toString('hex')
  const response = await fetch(`${url}/api/auth/proof?nonce=${nonce}`, {
    redirect: 'error',
    signal: AbortSignal.timeout(PROOF_TIMEOUT_MS),
  })
  const given = answer.safeParse(await response.json().catch(() => null))
  const { port, protocol } = new URL(url)
  if (
    given.success &&
    isHomeProof(readKey(keyPath), nonce, Number(port) || (DEFAULT_PORT[protocol] ?? 0), given.data.proof)
  )
    return
  throw new CliError(
    `what answers at ${url} does not prove to be the server of this home; it was told nothing. ` +
      'Is it up? After an upgrade, end it and start it anew: stratavore up',
  )
}

function readKey(path: string): Buffer {
  try {
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  } catch (error) {
    throw new CliError(`cannot read the key of this installation: ${(error as Error).message}`)
  }
}
