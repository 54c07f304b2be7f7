import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'

/** A short list in a file of its own, the newest last. */
export interface KeptList<Item> {
  all(): readonly Item[]
  /** Replaces the list; it is in the file once `written` resolves. */
  replace(items: readonly Item[]): void
  written(): Promise<void>
}

/**
 * Reads the list in `path`, of none where there is no such file or a crash cut it. `onProblem` hears of a disk that refuses
 * it: it then lasts as long as this process.
 */
export async function openKeptList<Item>(
  path: string,
  item: z.ZodType<Item>,
  onProblem: (error: unknown) => void,
): Promise<KeptList<Item>> {
  let items: readonly Item[] = await read()
  let writing: Promise<void> | null = null
  let isStale = false

  async function read(): Promise<Item[]> {
    try {
      return z.array(item).parse(JSON.parse(await readFile(path, 'utf8')))
    } catch {
      return []
    }
  }

  async function write(): Promise<void> {
    try {
      while (isStale) {
        isStale = false
        await writeFile(`${path}.new`, JSON.stringify(items), { mode: 0o600 })
        await rename(`${path}.new`, path)
      }
    } catch (error) {
      onProblem(error)
    }
    writing = null
  }

  return {
    all: () => items,
    replace(next) {
      items = next
      isStale = true
      writing ??= write()
    },
    written: async () => {
      await writing
    },
  }
}
