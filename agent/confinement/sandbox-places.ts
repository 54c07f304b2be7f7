import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { ConfinementProfile } from '@/contracts/project/confinement'
import { isInside } from '@/platform/is-inside'
import { LaunchRefused, type ProgramState } from '../providers/provider'
import type { Account } from './account'
import { ledOutOf } from './led-out'
import { lookAt, type Seen } from './look-at'
import { ownRoot } from './own-state'
import { isSystem, type SandboxPlaces, SETTLED_IN, type ShownPlace, secretsIn } from './plan-mounts'
import { directoriesOf, existing, NO_STATE, placesOfSandboxes, statePlaces } from './state-places'
import { type Home, straightPlace } from './straight-place'
import { type MaskedPlace, unreadablePlaces } from './unreadable-places'

/** The kernel's own: a sandbox has what it may have of them. */
const KERNEL = ['/proc', '/sys', '/dev', '/boot']
/** A program's package is looked for so many directories up. */
const PACKAGE_DEPTH = 5

/** What a sandbox is made for. */
export interface SandboxRequest {
  profile: ConfinementProfile
  /** The project's directory. */
  project: string
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
  /** find(1); null where it is not installed, and no sandbox is made there. */
  find: string | null
  /** Files of Stratavore's that hold secrets, wherever they are. */
  secretFiles: readonly string[]
}

const refused = (message: string): LaunchRefused => new LaunchRefused('confinement_unavailable', message)

const real = (path: string): Promise<string | null> => realpath(path).catch(() => null)

/** What the profile lists, as it really is. Throws LaunchRefused for what no sandbox may show. */
async function judged(path: string, hidden: readonly string[]): Promise<Seen> {
  const seen = await lookAt(path)
  if (seen === null)
    throw refused(`The project's sandbox is to show ${JSON.stringify(path)}, which is not there on this node.`)
  const { found } = seen
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
async function programPlaces(
  { env, program, ours, account }: SandboxRequest,
  shown: readonly ShownPlace[],
): Promise<ShownPlace[]> {
  const from = await realpath(program)
  const isLedOut = ledOutOf({ from, to: program }, shown) !== null
  const packages = isLedOut ? [] : [packageOf(from)]
  const path = (env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const found = await existing([...path, dirname(program), ...packages, ...ours], false)
  const there = found.map(({ from, to, writable }) => ({ from, to, writable }))
  if (account === null) return there
  // The agent's PATH may lead through its own home.
  const reached = await Promise.all(there.map(({ from }) => reaches(from, account)))
  return there.filter((_, index) => reached[index])
}

/** A place that may have to be made: its nearest directory above that is there, as it really is. */
async function whereItWouldBe(to: string): Promise<Pick<ShownPlace, 'from' | 'to'>> {
  for (let there = to; ; there = dirname(there)) {
    const found = await real(there)
    if (found !== null) return { from: join(found, relative(there, to)), to }
  }
}

/** Throws LaunchRefused for a place that is named in what a program may write and leads out of it. */
function requireWithin(places: readonly Pick<ShownPlace, 'from' | 'to'>[], shown: readonly ShownPlace[]): void {
  for (const place of places) {
    const outOf = ledOutOf(place, shown)
    if (outOf !== null)
      throw refused(
        `The sandbox is to show ${JSON.stringify(place.to)}, and a link in ${JSON.stringify(outOf)}, where its programs may write, leads to ${JSON.stringify(place.from)}: name that itself if it is meant.`,
      )
  }
}

/** Throws LaunchRefused for state that a link leads to over another one. */
async function requireStraight(state: readonly Pick<ShownPlace, 'from' | 'to'>[], home: Home | null): Promise<void> {
  for (const { from, to } of state)
    if ((await straightPlace(to, home)) !== from)
      throw refused(
        `The program's own ${JSON.stringify(to)} leads over more than one link to ${JSON.stringify(from)}; another program may have laid the last: let the first lead there itself if that is meant.`,
      )
}

/** Throws LaunchRefused where the program's state really lies in what was chosen: under that name its settings are not fixed. */
function requireApart(state: readonly Pick<ShownPlace, 'from' | 'to'>[], chosen: readonly ShownPlace[]): void {
  for (const { from, to } of state) {
    const within = chosen.find((place) => place.writable && isInside(from, place.from) && !isInside(to, place.to))
    if (within !== undefined)
      throw refused(
        `The program's own ${JSON.stringify(to)} leads to ${JSON.stringify(from)}, which is in ${JSON.stringify(within.to)}, where its sandbox may write: keep it outside of the project.`,
      )
  }
}

/** Throws LaunchRefused for a file that lies where the sandbox may write. */
function requireUnwritten(files: readonly Pick<ShownPlace, 'from' | 'to'>[], chosen: readonly ShownPlace[]): void {
  for (const { from, to } of files) {
    const within = chosen.find((place) => place.writable && (isInside(from, place.from) || isInside(to, place.to)))
    if (within !== undefined)
      throw refused(
        `The program's own ${JSON.stringify(to)} lies in ${JSON.stringify(within.to)}, where its sandbox may write: keep it outside of the project.`,
      )
  }
}

/** What of the system is masked, but for what was chosen: a project in /opt has its own secrets. */
async function maskedPlaces(find: string | null, shown: readonly string[]): Promise<MaskedPlace[]> {
  if (find === null) throw refused('find (findutils) is not installed.')
  const within = shown.filter((place) => !SETTLED_IN.some((root) => isInside(root, place)))
  const places = await unreadablePlaces(find, SETTLED_IN)
  return places.filter(({ path }) => !within.some((place) => isInside(path, place)))
}

/** Where a sandbox shows these files, if it does. */
async function secretsShown(files: readonly string[], shown: readonly ShownPlace[]): Promise<string[]> {
  const found = (await Promise.all(files.map(real))).filter((path) => path !== null)
  return found.flatMap((path) => [
    ...(isSystem(path) ? [path] : []),
    ...shown.flatMap(({ from, to }) => (isInside(path, from) ? [join(to, relative(from, path))] : [])),
  ])
}

/** Everything that a runner's sandbox shows. Throws LaunchRefused with the reason when it cannot be made. */
export async function sandboxPlaces(request: SandboxRequest): Promise<SandboxPlaces> {
  const { profile, env, hidden } = request
  const home = env.HOME === undefined || env.HOME === sep ? null : env.HOME
  const realHome = home === null ? null : await real(home)
  const ownHome = env.HOME ?? homedir()
  const unlisted = [...hidden, ...(await placesOfSandboxes(ownRoot(ownHome)))]
  const { found: project, identity } = await judged(request.project, hidden)
  // A program of a project around it may have laid a link there: it would choose what this one's sandbox shows.
  if (project !== request.project)
    throw refused(
      `The project's directory ${JSON.stringify(request.project)} is a symbolic link now, or below one, and leads to ${JSON.stringify(project)}: if that is meant, give the project this directory.`,
    )
  if (realHome !== null && isInside(realHome, project))
    throw refused('The project holds the home directory, which its sandbox would have to hide.')
  await judged(project, unlisted)

  const listed = async (paths: readonly string[], writable: boolean): Promise<ShownPlace[]> =>
    (
      await Promise.all(
        paths.map(async (path) => {
          const { found: from, identity } = await judged(path, unlisted)
          return [from, path].map((to) => ({ from, to, writable, identity }))
        }),
      )
    ).flat()
  const chosen = [
    ...(await listed(profile.readable, false)),
    ...(await listed(profile.writable, true)),
    { from: project, to: project, writable: true, identity },
  ]
  // What a person chose is not widened or narrowed by where a program happens to be installed.
  const widens = ({ from }: ShownPlace): boolean =>
    [...hidden, project, ...(realHome === null ? [] : [realHome])].some((place) => isInside(place, from)) ||
    hidden.some((place) => isInside(from, place))

  const state = request.state ?? NO_STATE
  // Copied by whoever is in no sandbox: from where a sandbox may write, it could be exchanged for a link meanwhile.
  requireUnwritten(await Promise.all(state.copied.map(whereItWouldBe)), chosen)
  // Nothing is made where a link leads either.
  requireWithin(await Promise.all(directoriesOf(state).map(whereItWouldBe)), chosen)
  const { account, setpriv } = request
  const theirs = await statePlaces(state, { home: ownHome, project, keeper: { account, setpriv } })
  await requireStraight(theirs.kept, home === null || realHome === null ? null : { named: home, real: realHome })
  requireApart([...theirs.kept, ...theirs.fixed], chosen)
  const users = [...theirs.kept.filter((place) => !widens(place)), ...chosen]
  requireWithin(users, users)
  const { fixed } = theirs
  requireWithin(fixed, users)
  const programs = (await programPlaces(request, users)).filter(
    (place) =>
      !widens(place) && ledOutOf(place, users) === null && !chosen.some(({ from }) => isInside(place.from, from)),
  )
  const empty = [...(home === null ? [] : [home]), ...state.empty]
  const own = [...theirs.own, ...users]
  const masked = await maskedPlaces(request.find, [...empty, ...[...programs, ...own].map(({ to }) => to)])
  const isShown = ({ to }: ShownPlace): boolean => isSystem(to) && !masked.some(({ path }) => isInside(to, path))
  const shown = [...programs.filter((place) => !isShown(place)), ...own]
  const secrets = [...secretsIn(existsSync), ...(await secretsShown(request.secretFiles, shown))]
  return { empty, shown, fixed, masked, secrets: [...new Set(secrets)] }
}
