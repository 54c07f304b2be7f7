import { readFileSync } from 'node:fs'
import { provesHome } from '@/platform/ask-home-proof'
import { CliError } from './cli-error'

/**
 * Resolves once the server at `url` has proved that it is of the home whose control key is in `keyPath`. Throws CliError
 * when it does not prove it; what `fetch` throws when nobody answers.
 */
export async function requireHomeProof(url: string, keyPath: string): Promise<void> {
  if (await provesHome(url, readKey(keyPath))) return
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
