import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { isInside } from '@/platform/is-inside'

/** Enough of a hash that no two of them are the same. */
const HASH_LENGTH = 16

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
const nameOf = (path: string): string => `${basename(path)}-${hashOf(path)}`

/**
 * Where the sandboxes of a user's programs keep what is theirs: in the home, which no sandbox shows, and which is that user's
 * whoever runs the agent.
 */
export const ownRoot = (home: string): string => join(home, '.local/state/stratavore/sandboxes')

/** What the sandboxes of one project keep. */
export const ownRootOf = (home: string, project: string): string => join(ownRoot(home), hashOf(project))

/** Where what a project's sandboxes have at `path` is in truth; `directories` are those that they have as a whole. Pure. */
export function ownPlace(root: string, path: string, directories: readonly string[]): string {
  const whole = directories.find((directory) => isInside(path, directory))
  return whole === undefined ? join(root, nameOf(path)) : join(root, nameOf(whole), relative(whole, path))
}

/** In a project's sandboxes' directory the file that says what the copy of `path` was made from. */
export const copyNote = (path: string): string => `${hashOf(path)}.copied`

/** Of all projects what their sandboxes have at the directory `path`. */
export async function allOwnPlaces(home: string, path: string): Promise<string[]> {
  const projects = await readdir(ownRoot(home)).catch(() => [])
  return projects.map((project) => join(ownRoot(home), project, nameOf(path)))
}
