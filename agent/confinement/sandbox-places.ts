import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readlink, realpath, stat } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path'
import { promisify } from 'node:util'
import type { ConfinementProfile } from '@/contracts/project/confinement'
import { LaunchRefused, type ProgramState } from '../providers/provider'
import type { Account } from './account'
import { isInside, isSystem, type SandboxPlaces, type ShownPlace, secretsIn } from './plan-mounts'

const run = promisify(execFile)

/** Where mkdir is; a project may set the program's own PATH. */
const SYSTEM_PATH = '/usr/bin:/bin:/run/current-system/sw/bin'
/** A home on a file server that does not answer must not hold up a launch for ever. */
const MAKING_TIMEOUT_MS = 10_000
/** The kernel's own: a sandbox has what it may have of them. */
const KERNEL = ['/proc', '/sys', '/dev', '/boot']
/** A program's package is looked for so many directories up. */
const PACKAGE_DEPTH = 5

/** What a sandbox is made for. */
export interface SandboxRequest {
  profile: ConfinementProfile
  cwd: string
  env: Readonly<Record<string, string>>
  /** Absolute path of the program. */
  program: string
  /** What the program keeps of its own; null for one that keeps nothing. */
  state: ProgramState | null
  /** Whose that is; null: the agent's. */
  account: Account | null
  /** Becomes that user; null where it is not installed, and there is no account then. */
  setpriv: string | null
  /** Scripts of ours that the program runs, and what runs them. */
  ours: readonly string[]
  /** Directories of Stratavore's own: no sandbox shows them. */
  hidden: readonly string[]
}

const refused = (message: string): LaunchRefused => new LaunchRefused('confinement_unavailable', message)

const real = (path: string): Promise<string | null> => realpath(path).catch(() => null)

/** Linux: a handle on a file of any kind that opens nothing of it. Node has no name for it. */
const O_PATH = 0o10000000

/** What is at a path now: its real path, and which file that is, of one and the same. Null where there is nothing. */
async function lookAt(path: string): Promise<{ found: string; identity: string } | null> {
  const handle = await open(path, O_PATH).catch(() => null)
  if (handle === null) return null
  try {
    const { dev, ino } = await handle.stat({ bigint: true })
    return { found: await readlink(`/proc/self/fd/${handle.fd}`), identity: `${dev}:${ino}` }
  } finally {
    await handle.close()
  }
}

/** What the profile lists, as it really is. Throws LaunchRefused for what no sandbox may show. */
async function judged(path: string, hidden: readonly string[]): Promise<{ found: string; identity: string }> {
  const seen = await lookAt(path)
  const found = seen?.found ?? null
  if (seen === null || found === null)
    throw refused(`The project's sandbox is to show ${JSON.stringify(path)}, which is not there on this node.`)
  const holds = hidden.some((place) => isInside(place, found) || isInside(found, place))
  if (found === sep || holds || KERNEL.some((place) => isInside(found, place)))
    throw refused(`The project's sandbox is to show ${JSON.stringify(found)}, which no sandbox may.`)
  return seen
}

/** The directory of the package that a program is part of; its own where it is in none. */
function packageOf(program: string): string {
  let directory = dirname(program)
  for (let up = 0; up < PACKAGE_DEPTH && dirname(directory) !== sep; up += 1) {
    if (existsSync(join(directory, 'package.json'))) return directory
    directory = dirname(directory)
  }
  return dirname(program)
}

/**
 * Makes what is missing of the program's own directories: what it kept elsewhere would be gone with its sandbox. In
 * another user's home it is made as that user: root, following a link laid there, would make and give away anything.
 */
async function makeState(
  directories: readonly string[],
  account: Account | null,
  setpriv: string | null,
): Promise<void> {
  if (account === null) {
    for (const directory of directories) await mkdir(directory, { recursive: true })
    return
  }
  if (directories.length === 0) return
  if (setpriv === null) throw refused('setpriv (util-linux) is not installed.')
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups']
  try {
    // The agent's environment is not that user's to read. The framework's types would have NODE_ENV in every environment.
    const env = { PATH: SYSTEM_PATH } as unknown as NodeJS.ProcessEnv
    const options = { cwd: sep, env, timeout: MAKING_TIMEOUT_MS }
    await run(setpriv, [...identity, '--', 'mkdir', '-p', '--', ...directories], options)
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1)
    throw refused(`The user ${account.name} cannot have what the program keeps: ${said || (error as Error).message}.`)
  }
}

/** Whether a user gets to a path by who owns what is above it; further groups of the user are not counted. */
async function reaches(path: string, { uid, gid }: Account): Promise<boolean> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const found = await stat(directory).catch(() => null)
    if (found === null) return false
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001
    if ((found.mode & bit) === 0) return false
    if (directory === sep) return true
  }
}

/** Where programs are: the directories of PATH, the program itself with its package, and ours. */
async function programPlaces({ env, program, ours, account }: SandboxRequest): Promise<ShownPlace[]> {
  const found = await realpath(program)
  const paths = [...(env.PATH ?? '').split(delimiter).filter(isAbsolute), dirname(program), packageOf(found), ...ours]
  const places = await Promise.all(paths.map(async (to) => ({ from: await real(to), to, writable: false })))
  const there = places.flatMap(({ from, ...place }) => (from === null ? [] : [{ ...place, from }]))
  if (account === null) return there
  // The agent's PATH may lead through its own home.
  const reached = await Promise.all(there.map(({ from }) => reaches(from, account)))
  return there.filter((_, index) => reached[index])
}

/** Everything that a runner's sandbox shows. Throws LaunchRefused with the reason when it cannot be made. */
export async function sandboxPlaces(request: SandboxRequest): Promise<SandboxPlaces> {
  const { profile, env, state, account, hidden } = request
  const home = env.HOME === undefined || env.HOME === sep ? null : env.HOME
  const realHome = home === null ? null : await real(home)
  const { found: project, identity } = await judged(request.cwd, hidden)
  if (realHome !== null && isInside(realHome, project))
    throw refused('The project holds the home directory, which its sandbox would have to hide.')

  const listed = async (paths: readonly string[], writable: boolean): Promise<ShownPlace[]> =>
    (
      await Promise.all(
        paths.map(async (path) => {
          const { found: from, identity } = await judged(path, hidden)
          return [from, path].map((to) => ({ from, to, writable, identity }))
        }),
      )
    ).flat()
  const chosen = [
    ...(await listed(profile.readable, false)),
    ...(await listed(profile.writable, true)),
    ...[project, request.cwd].map((to) => ({ from: project, to, writable: true, identity })),
  ]
  // What a person chose is not widened or narrowed by where a program happens to be installed.
  const widens = ({ from }: ShownPlace): boolean =>
    [...hidden, project, ...(realHome === null ? [] : [realHome])].some((place) => isInside(place, from)) ||
    hidden.some((place) => isInside(from, place))
  const programs = (await programPlaces(request)).filter(
    (place) => !isSystem(place.to) && !widens(place) && !chosen.some(({ from }) => isInside(place.from, from)),
  )

  await makeState(state?.directories ?? [], account, request.setpriv)
  const kept = await Promise.all(
    [...(state?.directories ?? []), ...(state?.files ?? [])].map(async (to) => ({
      from: await real(to),
      to,
      writable: true,
    })),
  )
  const fixed: string[] = []
  for (const path of state?.fixed ?? []) if (await stat(path).catch(() => null)) fixed.push(path)
  return {
    home,
    shown: [
      ...programs,
      ...kept.flatMap(({ from, ...place }) =>
        from === null || widens({ ...place, from }) ? [] : [{ ...place, from }],
      ),
      ...chosen,
    ],
    fixed,
    secrets: secretsIn(existsSync),
  }
}
