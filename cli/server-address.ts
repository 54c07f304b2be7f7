import { readFileSync } from 'node:fs'
import { localUrl } from '@/config/base-url'
import { homePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'
import { readLauncherRecord } from './launcher-record'
import type { StoredLogin } from './stored-logins'

export interface ServerAddress {
  /** Origin, without a trailing slash. */
  url: string
  /** Null when none was found: the server will say that it is needed. */
  token: string | null
}

/** An origin from what a person typed. Throws CliError (usage) for anything but http(s). */
export function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '')
    throw new CliError(`--url: must be like http://127.0.0.1:7717, not ${JSON.stringify(text)}`, ExitCode.usage)
  return url.origin
}

/**
 * Which server to talk to, and as whom: `explicitUrl` (flag or STRATAVORE_URL), else what runs in this home, else the
 * settings; STRATAVORE_TOKEN, else what `stratavore login` has kept for that server, else this home's own token.
 */
export function findServer(
  settings: Settings,
  explicitUrl: string | undefined,
  explicitToken: string | undefined,
  logins: () => Readonly<Record<string, StoredLogin>>,
): ServerAddress {
  const own = readLauncherRecord(settings.home)?.url ?? localUrl(settings)
  const url = explicitUrl ? readOrigin(explicitUrl) : readOrigin(own)
  if (explicitToken) return { url, token: explicitToken }
  const login = url === readOrigin(own) ? undefined : logins()[url]
  if (login) return { url, token: login.token }
  // This home's token is a secret of this machine: another machine's server must never be shown it.
  const mayHaveIt = url === readOrigin(own) || isLoopback(new URL(url).hostname)
  return { url, token: mayHaveIt ? readToken(homePaths(settings.home).cliToken) : null }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)

function readToken(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new CliError(`cannot read the token of this installation: ${(error as Error).message}`)
  }
}
