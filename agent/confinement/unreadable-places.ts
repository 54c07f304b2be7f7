import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { LaunchRefused } from '../providers/provider'

const run = promisify(execFile)

/** A directory of hundreds of thousands of files is walked in a few seconds; one that takes longer is not waited for. */
const WALK_TIMEOUT_MS = 10_000
/** Each becomes a mount of every sandbox, and bubblewrap takes 9,000 arguments. */
const MAX_PLACES = 1_000
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** Files that not everybody may read, and directories that not everybody may list: these as a whole, unentered. */
const NOT_FOR_EVERYBODY = [
  ...['(', '-type', 'd', '!', '-perm', '-005', '-prune', '-print0', ')'],
  ...['-o', '(', '-type', 'f', '!', '-perm', '-004', '-print0', ')'],
]

/** What is masked in a sandbox. */
export interface MaskedPlace {
  path: string
  isDirectory: boolean
}

const refused = (message: string): LaunchRefused => new LaunchRefused('confinement_unavailable', message)

/**
 * What below `roots` somebody has kept from other users: keys, passwords, other programs' secrets. Who runs as root, or as
 * the user that Stratavore's own were given to, could read it. Throws LaunchRefused where that cannot be found out.
 */
export async function unreadablePlaces(find: string, roots: readonly string[]): Promise<MaskedPlace[]> {
  const there = roots.filter((root) => existsSync(root))
  if (there.length === 0) return []
  const options = { timeout: WALK_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES }
  const found = await run(find, ['-H', ...there, ...NOT_FOR_EVERYBODY], options).then(
    ({ stdout }) => stdout,
    (error: { code?: unknown; stdout?: string; message: string }) => {
      // It says 1 when something went away while it looked, or is not even ours to look into: nor is it the program's then.
      if (error.code === 1) return error.stdout ?? ''
      throw refused(`What of ${there.join(', ')} is secret cannot be found out: ${error.message.split('\n')[0]}.`)
    },
  )
  const paths = found.split('\0').filter(Boolean)
  if (paths.length > MAX_PLACES)
    throw refused(
      `Too much in ${there.join(', ')} is not readable by everybody to be kept from a sandbox one by one (${paths.length} places, at most ${MAX_PLACES}): keep it in directories that are not.`,
    )
  const places = await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path).catch(() => null)
      return stats === null ? [] : [{ path, isDirectory: stats.isDirectory() }]
    }),
  )
  return places.flat()
}
