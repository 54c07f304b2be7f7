import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { promisify } from 'node:util'
import { LaunchRefused, type ProgramState } from '../providers/provider'
import type { Account } from './account'
import { lookAt } from './look-at'
import type { ShownPlace } from './plan-mounts'

const run = promisify(execFile)

/** Where mkdir and sh are; a project may set the program's own PATH. */
const SYSTEM_PATH = '/usr/bin:/bin:/run/current-system/sw/bin'
/** A home on a file server that does not answer must not hold up a launch for ever. */
const MAKING_TIMEOUT_MS = 10_000
/** Writes `$1` into a file `$0` that is not there yet, whatever a link there leads to. */
const MAKE_FILE = 'umask 077 && set -C && printf %s "$1" > "$0"'

/**
 * Renews the copy `$2` of `$1` where that is another than it was copied from, which `$0/$3` remembers: the copy's own time is its
 * program's to set. It is made in `$0`, which is in no sandbox, and put in place by name: a link that a sandbox may have laid at
 * `$2` is replaced and not followed, and so is a directory. What is gone since it was copied is taken back.
 */
const COPY_FILE = [
  'umask 077',
  '[ -L "$1" ] && { echo "$1 is a symbolic link, which is not followed: put a file in its place" >&2; exit 1; }',
  'if ! [ -e "$1" ]; then [ -f "$0/$3" ] && rm -rf -- "$2" "$0/$3"; exit 0; fi',
  '[ -f "$1" ] || exit 0',
  'is=$(stat -c %d:%i:%Y:%s -- "$1") || exit 1',
  '[ -f "$2" ] && ! [ -L "$2" ] && [ "$(cat "$0/$3" 2>&1)" = "$is" ] && exit 0',
  'made=$(mktemp "$0/copy.XXXXXX") || exit 1',
  'dd if="$1" iflag=nofollow of="$made" status=none || { rm -f "$made"; exit 1; }',
  '[ -d "$2" ] && ! [ -L "$2" ] && rm -rf -- "$2"',
  'mv -fT "$made" "$2" && printf %s "$is" > "$0/$3"',
].join('\n')

/** Whose what the program keeps is, and what becomes that user; no account: the agent's. */
export interface Keeper {
  account: Account | null
  setpriv: string | null
}

const refused = (message: string): LaunchRefused => new LaunchRefused('confinement_unavailable', message)

/** In another user's home things are made as that user: root, following a link laid there, would make and give away anything. */
async function runAs(account: Account, setpriv: string | null, command: readonly string[]): Promise<void> {
  if (setpriv === null) throw refused('setpriv (util-linux) is not installed.')
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups']
  try {
    // The agent's environment is not that user's to read. The framework's types would have NODE_ENV in every environment.
    const env = { PATH: SYSTEM_PATH } as unknown as NodeJS.ProcessEnv
    await run(setpriv, [...identity, '--', ...command], { cwd: sep, env, timeout: MAKING_TIMEOUT_MS })
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1)
    throw refused(`The user ${account.name} cannot have what the program keeps: ${said || (error as Error).message}.`)
  }
}

/** The same for whoever keeps it. */
async function runFor({ account, setpriv }: Keeper, command: readonly [string, ...string[]]): Promise<void> {
  if (account !== null) return runAs(account, setpriv, command)
  const [file, ...args] = command
  const env = { PATH: SYSTEM_PATH } as unknown as NodeJS.ProcessEnv
  await run(file, args, { cwd: sep, env, timeout: MAKING_TIMEOUT_MS }).catch((error: { stderr?: string }) => {
    throw refused(`The program cannot have what it keeps: ${error.stderr?.trim().split('\n').at(-1) || error}.`)
  })
}

/** Makes what is missing of the program's own directories: what it kept elsewhere would be gone with its sandbox. */
export async function makeDirectories(directories: readonly string[], keeper: Keeper): Promise<void> {
  if (directories.length > 0) await runFor(keeper, ['mkdir', '-p', '-m', '700', '--', ...directories])
}

/**
 * Has a sandbox begin with what its user's file holds. `root` is a directory that is in no sandbox, `note` the name of a file in
 * it for this.
 */
export const copyFile = (root: string, from: string, to: string, note: string, keeper: Keeper): Promise<void> =>
  runFor(keeper, ['sh', '-c', COPY_FILE, root, from, to, note])

async function makeFile({ path, empty }: ProgramState['fixed'][number], { account, setpriv }: Keeper): Promise<void> {
  if (account !== null) return runAs(account, setpriv, ['sh', '-c', MAKE_FILE, path, empty])
  await writeFile(path, empty, { flag: 'wx', mode: 0o600 })
}

/**
 * The settings that a later program outside of the sandbox obeys, as they are to be shown: none is left for a sandbox to
 * make, and what is bound is a file, since a link, laid by an earlier sandbox, would show this one what it leads to. Throws
 * LaunchRefused for what is no file.
 */
export async function fixedFiles(files: ProgramState['fixed'], keeper: Keeper): Promise<ShownPlace[]> {
  const places: ShownPlace[] = []
  for (const file of files) {
    let seen = await lookAt(file.path, true)
    if (seen === null) {
      // Another launch may be faster.
      const failed = await makeFile(file, keeper).then(
        () => null,
        (error: Error) => error,
      )
      seen = await lookAt(file.path, true)
      if (seen === null)
        throw refused(`The program's settings ${JSON.stringify(file.path)} cannot be made: ${failed?.message}`)
    }
    if (seen.kind !== 'file') {
      const what = seen.kind === 'link' ? 'a symbolic link' : 'no regular file'
      throw refused(
        `The program's settings ${JSON.stringify(file.path)} are ${what}, which a sandbox may have laid there, and no sandbox follows: put a file in its place, or remove it.`,
      )
    }
    places.push({ from: seen.found, to: file.path, writable: false, identity: seen.identity })
  }
  return places
}
