import { z } from 'zod'

/** More at once are nobody's to read, and each is a live stream. */
export const MAX_ON_WALL = 9

const id = z.uuid()

/** The runners that an address chooses, each once, and how many more it asks for than a wall holds; no id is nothing. */
export function wallFrom(parameter: string | null): { ids: string[]; refused: number } {
  const ids = [...new Set((parameter ?? '').split(',').filter((part) => id.safeParse(part).success))]
  return { ids: ids.slice(0, MAX_ON_WALL), refused: Math.max(0, ids.length - MAX_ON_WALL) }
}

/** The address of a wall of these runners. */
export const wallHref = (ids: readonly string[]): string =>
  ids.length === 0 ? '/wall' : `/wall?runners=${ids.slice(0, MAX_ON_WALL).join(',')}`

/** Columns that make the tiles of a wide screen largest. */
export const wallColumns = (count: number): number => (count <= 1 ? 1 : count <= 4 ? 2 : 3)
