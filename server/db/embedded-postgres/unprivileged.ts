import { spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Postgres refuses to run as root. How its programs are run here so that it does not see root. */
export interface Unprivileged {
  kind: 'direct' | 'user-namespace' | 'other-user'
  /** Put before the program and its arguments. */
  prefix: readonly string[]
  /** Who must own the data directory. */
  owner: { uid: number; gid: number } | undefined
}

/** `nobody` on every Linux; the id unmapped files have inside a user namespace. */
const NOBODY = 65_534

const DIRECT: Unprivileged = { kind: 'direct', prefix: [], owner: undefined }

// Inside the namespace we are nobody, outside still root: files stay ours.
const USER_NAMESPACE: Unprivileged = {
  kind: 'user-namespace',
  prefix: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
  owner: { uid: 0, gid: 0 },
}

// Really nobody, but still able to reach a data directory below root's 0700 home.
const OTHER_USER: Unprivileged = {
  kind: 'other-user',
  prefix: [
    'setpriv',
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ],
  owner: { uid: NOBODY, gid: NOBODY },
}

/** Whether a command with this prefix can be run at all. */
export type CanRun = (prefix: readonly string[]) => boolean

const canReallyRun: CanRun = ([program = 'true', ...args]) => spawnSync(program, [...args, 'true']).status === 0

/** Chooses how to run Postgres. Throws, with what to do instead, when root has no way to be someone else. */
export function chooseUnprivileged(uid: number | undefined, canRun: CanRun = canReallyRun): Unprivileged {
  if (uid !== 0) return DIRECT
  if (canRun(USER_NAMESPACE.prefix)) return USER_NAMESPACE
  if (canRun(OTHER_USER.prefix)) return OTHER_USER
  throw new Error(
    'Postgres does not run as root, and here root can neither make a user namespace (unshare) nor change its user ' +
      '(setpriv); start Stratavore as an ordinary user, or set DATABASE_URL to a Postgres of your own',
  )
}

/** Makes `path` and all below belong to `owner`, when the top does not yet (a data directory made the other way). */
export function giveTo(path: string, owner: Unprivileged['owner']): void {
  if (owner === undefined || lstatSync(path).uid === owner.uid) return
  const visit = (entry: string): void => {
    const stats = lstatSync(entry)
    if (stats.isDirectory()) for (const name of readdirSync(entry)) visit(join(entry, name))
    // A link inside the data directory (a tablespace) is left alone: following it could reach any file.
    if (!stats.isSymbolicLink()) chownSync(entry, owner.uid, owner.gid)
  }
  visit(path)
}
