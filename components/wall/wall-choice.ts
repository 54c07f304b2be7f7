import { z } from 'zod'

/** More at once are nobody's to read, and each is a live stream. */
export const MAX_ON_WALL = 9

const id = z.uuid()

/** The runners that an address chooses, each once; what is no id is left out. */
export function wallFrom(parameter: string | null): string[] {
  const ids = (parameter ?? '').split(',').filter((part) => id.safeParse(part).success)
  return [...new Set(ids)].slice(0, MAX_ON_WALL)
}

/** The address of a wall of these runners. */
export const wallHref = (ids: readonly string[]): string =>
  ids.length === 0 ? '/wall' : `/wall?runners=${ids.slice(0, MAX_ON_WALL).join(',')}`

/** Columns that make the tiles of a wide screen largest. */
export const wallColumns = (count: number): number => (count <= 1 ? 1 : count <= 4 ? 2 : 3)
