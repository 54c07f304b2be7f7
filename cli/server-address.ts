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
  /** It is the one of this home, whose files are here. */
  own: boolean
  /** The token is this home's own, which opens everything: only for who proves to be its server. */
  homeToken: boolean
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
 * settings; STRATAVORE_TOKEN, else what `stratavore login` has kept for that server, else, for this home's own server, this
 * home's token.
 */
export function findServer(
  settings: Settings,
  explicitUrl: string | undefined,
  explicitToken: string | undefined,
  logins: () => Readonly<Record<string, StoredLogin>>,
): ServerAddress {
  const home = readOrigin(readLauncherRecord(settings.home)?.url ?? localUrl(settings))
  const given = explicitUrl ? readOrigin(explicitUrl) : home
  // By another name of this machine: what may listen there beside ours is none of it.
  const url = isSameHere(given, home) ? home : given
  const own = url === home
  if (explicitToken) return { url, token: explicitToken, own, homeToken: false }
  const login = own ? undefined : logins()[url]
  if (login) return { url, token: login.token, own, homeToken: false }
  return { url, token: own ? readToken(homePaths(settings.home).cliToken) : null, own, homeToken: own }
}

function isSameHere(given: string, home: string): boolean {
  const [one, other] = [new URL(given), new URL(home)]
  return (
    one.protocol === other.protocol && one.port === other.port && isLoopback(one.hostname) && isLoopback(other.hostname)
  )
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
