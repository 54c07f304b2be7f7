import type { ConfinementProfile } from '@/contracts/project/confinement'
import type { Account } from './account'
import type { MachineFacts } from './machine'
import { isolationArgs, type SeenPlace } from './plan-mounts'

/**
 * What a terminal or a person sends. bubblewrap stands above its program and in the same process group: it leaves these
 * to the program and ends when that does.
 */
export const SIGNALS_LEFT_TO_THE_PROGRAM = 'HUP,INT,QUIT,TERM'

/** Moves itself into a control group (`$0` is its list of processes) and becomes the command. */
const JOIN_GROUP = 'echo $$ > "$0" && exec "$@"'

/**
 * Becomes the command once every path is what was judged: `$0` is stat(1), `$1` how many there are, each with its device and
 * inode and whether links are followed.
 * In the finished sandbox nobody can exchange what is mounted any more.
 */
const START_IF_AS_JUDGED = [
  'left=$1; shift',
  'while [ "$left" -gt 0 ]; do',
  '  [ "$("$0" $3 -c %d:%i -- "$2")" = "$1" ] ||',
  '    { echo "$2 was exchanged for something else while the sandbox was built" >&2; exit 126; }',
  '  shift 3; left=$((left - 1))',
  'done',
  'exec "$@"',
].join('\n')

/** Only the sandbox has a process above the program; the others become it. */
export interface ConfinementPlan {
  file: string
  args: string[]
  /** What will be read off the running process when it is as planned. */
  expected: { sandbox: boolean; network: 'host' | 'none'; noNewPrivs: boolean; uid: number; ownGroup: boolean }
  /** The program is a child of the process that is started. */
  hasWrapper: boolean
}

/** What it is made for. */
export interface ConfinementRequest {
  profile: ConfinementProfile
  /** Who its programs run as; null: as the agent. */
  account: Account | null
  /** The arguments that build the sandbox's file system; used only where there is one. */
  mounts: readonly string[]
  /** What the sandbox must show before its program starts. */
  seen: readonly SeenPlace[]
  /** The list of processes of its own control group; null where there is none. */
  groupFile: string | null
  cwd: string
  file: string
  args: readonly string[]
}

/** Why a runner cannot be confined here as its project asks; null when it can. Pure. */
export function confinementProblem(profile: ConfinementProfile, machine: MachineFacts): string | null {
  const { sandbox, locking, uid, tools } = machine
  if (profile.sandbox && !sandbox.works) return `The project asks for a sandbox, but ${sandbox.reason}.`
  if (profile.privileges === 'locked' && !profile.sandbox && !locking.works)
    return `The project asks for locked privileges, but ${locking.reason}.`
  if (profile.user !== null && uid !== 0)
    return `The project asks for the user ${profile.user}, but the agent of this node is not root and cannot become another one.`
  if (profile.user !== null && tools.setpriv === null)
    return `The project asks for the user ${profile.user}, but setpriv (util-linux) is not installed.`
  return null
}

/** Tools that the facts say are there, since `confinementProblem` found none missing. */
function tool(path: string | null): string {
  if (path === null) throw new Error('a launch was planned that the facts of this machine rule out')
  return path
}

/** What would have the shell, setpriv, env or bubblewrap do something else before the program is confined. */
const MEDDLES = /^(LD_.*|GCONV_PATH|LOCPATH|GLIBC_TUNABLES|SHELLOPTS|BASHOPTS|PS4|BASH_ENV|ENV)$/

/**
 * Why a project's variables cannot go with its confinement; null when they can. The layers around the program have its
 * environment, and run outside of the sandbox or as the agent's user. Pure.
 */
export function environmentProblem(
  profile: Pick<ConfinementProfile, 'sandbox' | 'user'>,
  variables: Readonly<Record<string, string>>,
): string | null {
  if (!profile.sandbox && profile.user === null) return null
  const meddling = Object.keys(variables).filter((name) => MEDDLES.test(name))
  if (meddling.length === 0) return null
  return `The project sets ${meddling.join(', ')}, which would act outside of what confines its runners: take it out, or set it in a script of the project.`
}

/** What to run so that the program runs confined: each layer becomes the next one, or stands above it. Pure. */
export function planConfinement(request: ConfinementRequest, machine: MachineFacts): ConfinementPlan {
  const { profile, account, cwd, groupFile } = request
  const { tools, locking } = machine
  let command: string[] = [request.file, ...request.args]
  if (profile.sandbox) {
    const env = tool(tools.env)
    command = [
      ...[env, `--ignore-signal=${SIGNALS_LEFT_TO_THE_PROGRAM}`, tool(tools.bwrap)],
      ...[...request.mounts, ...isolationArgs(profile), '--chdir', cwd, '--'],
      ...[tool(tools.shell), '-c', START_IF_AS_JUDGED, tool(tools.stat), String(request.seen.length)],
      ...request.seen.flatMap(({ path, identity, isAlias }) => [identity, path, isAlias ? '-L' : '']),
      ...[env, `--default-signal=${SIGNALS_LEFT_TO_THE_PROGRAM}`, ...command],
    ]
  }
  // bubblewrap locks privileges by itself; where it is setuid it could not start without them.
  const locks = !profile.sandbox && profile.privileges !== 'free' && locking.works
  if (locks || account !== null) {
    const identity = account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups']
    command = [tool(tools.setpriv), ...identity, ...(locks ? ['--no-new-privs'] : []), '--', ...command]
  }
  if (groupFile !== null) command = [tool(tools.shell), '-c', JOIN_GROUP, groupFile, ...command]
  const [file = '', ...args] = command
  return {
    file,
    args,
    expected: {
      ownGroup: groupFile !== null,
      sandbox: profile.sandbox,
      network: profile.network ? 'host' : 'none',
      noNewPrivs: profile.sandbox || locks,
      uid: account?.uid ?? machine.uid,
    },
    hasWrapper: profile.sandbox,
  }
}
