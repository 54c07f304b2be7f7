import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CliError } from './cli-error'

const storedLogin = z.object({ token: z.string(), tokenId: z.string(), user: z.string() })
export type StoredLogin = z.infer<typeof storedLogin>
const storedLogins = z.object({ servers: z.record(z.string(), storedLogin) })

type Environment = Readonly<Record<string, string | undefined>>

/** Where tokens of other servers are kept, apart from any installation's home. */
export const loginsFile = (env: Environment): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'stratavore', 'logins.json')

/** What `stratavore login` has kept, by server. Throws CliError for a file that cannot be read. */
export function readLogins(env: Environment): Record<string, StoredLogin> {
  const file = loginsFile(env)
  try {
    return storedLogins.parse(JSON.parse(readFileSync(file, 'utf8'))).servers
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new CliError(`cannot read ${file}: log in again after removing it`)
  }
}

/** Keeps (or, with null, forgets) the login of one server. Only its user may read the file. */
export function keepLogin(env: Environment, server: string, login: StoredLogin | null): void {
  const file = loginsFile(env)
  const { [server]: _, ...others } = readLogins(env)
  const servers = login === null ? others : { ...others, [server]: login }
  if (Object.keys(servers).length === 0) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // A fresh file, so that its mode is ours whoever made the one before; and never half a file.
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(fresh, file)
}
