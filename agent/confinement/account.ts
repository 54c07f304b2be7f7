import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A directory service that does not answer must not hold up a launch for ever. */
const LOOKUP_TIMEOUT_MS = 5_000

/** A user of this machine. */
export interface Account {
  name: string
  uid: number
  gid: number
  home: string
  shell: string
}

/** One line of passwd(5); null for what is none. */
export function parseAccount(line: string): Account | null {
  const [name = '', , uid, gid, , home = '', shell = ''] = line.trim().split(':')
  const [uidNumber, gidNumber] = [Number(uid), Number(gid)]
  if (name === '' || !Number.isInteger(uidNumber) || !Number.isInteger(gidNumber) || !home.startsWith('/')) return null
  return { name, uid: uidNumber, gid: gidNumber, home, shell: shell || '/bin/sh' }
}

/** Looks a user up by name or number, wherever the machine keeps them; null when there is none. */
export async function findAccount(nameOrUid: string): Promise<Account | null> {
  try {
    const { stdout } = await run('getent', ['passwd', nameOrUid], { timeout: LOOKUP_TIMEOUT_MS })
    return parseAccount(stdout)
  } catch {
    // getent exits with 2 when there is none, and is not on every system.
    return null
  }
}
