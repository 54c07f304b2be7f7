import { constants } from 'node:fs'
import { open, readlink } from 'node:fs/promises'

/** Linux: a handle on a file of any kind that opens nothing of it. Node has no name for it. */
const O_PATH = 0o10000000

/** What is at a path. */
export interface Seen {
  /** Its real path. */
  found: string
  /** Which file that is: device and inode. */
  identity: string
  kind: 'file' | 'link' | 'other'
}

/**
 * What is at a path now, all of one and the same thing; null where there is nothing. A link at the path itself is followed,
 * but for `itself`.
 */
export async function lookAt(path: string, itself = false): Promise<Seen | null> {
  const handle = await open(path, O_PATH | (itself ? constants.O_NOFOLLOW : 0)).catch(() => null)
  if (handle === null) return null
  try {
    const stats = await handle.stat({ bigint: true })
    return {
      found: await readlink(`/proc/self/fd/${handle.fd}`),
      identity: `${stats.dev}:${stats.ino}`,
      kind: stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other',
    }
  } finally {
    await handle.close()
  }
}
