import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isInside } from '@/platform/is-inside'
import type { ProgramState } from '../providers/provider'
import { lookAt } from './look-at'
import { copyNote, ownPlace, ownRootOf } from './own-state'
import type { ShownPlace } from './plan-mounts'
import { copyFile, fixedFiles, type Keeper, makeDirectories } from './program-state'

/** What a sandbox shows of what its program keeps. */
export interface StatePlaces {
  /** Where it really is, with what names it: the user's own. */
  kept: readonly ShownPlace[]
  /** What the project's sandboxes have of their own. */
  own: readonly ShownPlace[]
  /** Files that stay as they are. */
  fixed: readonly ShownPlace[]
}

/** Nothing is kept. */
export const NO_STATE: ProgramState = {
  empty: [],
  directories: [],
  files: [],
  own: [],
  copied: [],
  readable: [],
  fixed: [],
}

/** Of these paths the ones that are there, as they are now. */
export async function existing(paths: readonly string[], writable: boolean): Promise<Required<ShownPlace>[]> {
  const places = await Promise.all(paths.map(async (to) => ({ to, seen: await lookAt(to) })))
  return places.flatMap(({ to, seen }) =>
    seen === null ? [] : [{ from: seen.found, to, writable, identity: seen.identity }],
  )
}

/** The user's directories that have to be there for it. */
export const directoriesOf = ({ directories, fixed }: ProgramState): string[] => [
  ...directories,
  ...new Set(fixed.map(({ path }) => dirname(path))),
]

/** What of these is there and no link: one within a program's directory may be the doing of a sandbox. */
async function unlinked(paths: readonly string[], within: readonly string[]): Promise<string[]> {
  const seen = await Promise.all(paths.map((path) => lookAt(path, true)))
  return paths.filter((path, at) => seen[at]?.kind !== 'link' || !within.some((place) => isInside(path, place)))
}

/**
 * Finds and makes what a program keeps, whose directories have been judged. `home` is where its sandboxes keep theirs.
 * Throws LaunchRefused for what cannot be had.
 */
export async function statePlaces(
  state: ProgramState,
  { home, project, keeper }: { home: string; project: string; keeper: Keeper },
): Promise<StatePlaces> {
  await makeDirectories(directoriesOf(state), keeper)
  const root = ownRootOf(home, project)
  const at = (path: string): string => ownPlace(root, path, state.own)
  if (state.own.length + state.copied.length > 0) await makeDirectories([root, ...state.own.map(at)], keeper)
  for (const path of state.copied) await copyFile(root, path, at(path), copyNote(path), keeper)
  const alone = state.copied.filter((path) => !state.own.some((directory) => isInside(path, directory)))
  const own = await Promise.all(
    [...state.own, ...alone].map(async (to) => {
      const seen = await lookAt(at(to), true)
      return seen === null || seen.kind === 'link'
        ? []
        : [{ from: seen.found, to, writable: true, identity: seen.identity }]
    }),
  )
  const kept = [
    ...(await existing([...state.directories, ...(await unlinked(state.files, state.empty))], true)),
    ...(await existing(await unlinked(state.readable, state.empty), false)),
  ]
  return { kept, own: own.flat(), fixed: await fixedFiles(state.fixed, keeper) }
}

/** The directory of all sandboxes' own, as it is named and as it really is: no project may have it. */
export async function placesOfSandboxes(root: string): Promise<string[]> {
  for (let there = root; ; there = dirname(there)) {
    const found = await realpath(there).catch(() => null)
    if (found !== null) return [root, join(found, root.slice(there.length))]
  }
}
