import { type BigIntStats, constants, realpathSync } from 'node:fs'
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises'
import { isInside } from '@/platform/is-inside'

/**
 * A file that a program can write: it may be exchanged for anything, at any moment. `root` is the directory that the
 * program keeps its own in, as it is named: it may be a link, what is below it may not.
 */
export interface FileBelow {
  root: string
  path: string
}

/** It is there, and not read for what it is. The message goes on from "It": "is a symbolic link, ...". */
export class FileRefused extends Error {}

// A FIFO is opened without waiting for who writes into it; a terminal does not become ours.
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
const READ_NO_LINK = READ | constants.O_NOFOLLOW

/** Of the process and not of its callers: whoever reads a program's file cannot forget it. */
const ours = new Set<string>()

/** In these directories of Stratavore's own is no file of a program, from now on. They exist. */
export function keepOut(directories: readonly string[]): void {
  for (const directory of directories) ours.add(realpathSync(directory))
}

/**
 * Opens a program's file for reading: a regular one that really lies below the root. Throws FileRefused for anything else,
 * and what the system says where it cannot be opened.
 */
export async function openBelow({ root, path }: FileBelow): Promise<FileHandle> {
  const file = await open(path, READ_NO_LINK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' ? new FileRefused('is a symbolic link, which is not followed') : error
  })
  return checked(file, async (stats) => {
    const place = await realRoot(root)
    const found = await whereIs(file, path)
    // Taken away meanwhile, it is told by the name it had.
    if (stats.nlink === 0n || found.endsWith(' (deleted)')) throw new FileRefused('is not there any more')
    if (!isInside(found, place.path)) throw new FileRefused(`is not really below ${root}`)
    if ([...ours].some((own) => isInside(found, own) && !isInside(place.path, own)))
      throw new FileRefused("is one of Stratavore's own")
    // Where the system lets everybody link to everything. One's own copies, as backups make them, are read.
    if (stats.nlink > 1n && stats.uid !== place.uid) throw new FileRefused('is a hard link to a file of somebody else')
  })
}

/** Opens a file that may be a link to anywhere, for what is told of it to nobody: a regular one, or it throws FileRefused. */
export async function openRegular(path: string): Promise<FileHandle> {
  return checked(await open(path, READ), async () => undefined)
}

async function checked(file: FileHandle, check: (stats: BigIntStats) => Promise<void>): Promise<FileHandle> {
  try {
    const stats = await file.stat({ bigint: true })
    if (!stats.isFile()) throw new FileRefused('is not a regular file')
    await check(stats)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Where a root really is, and whose. Whoever may write beside it could have it lead into somebody else's files. */
async function realRoot(root: string): Promise<{ path: string; uid: bigint }> {
  const directory = await open(root, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const named = await lstat(root, { bigint: true })
    const found = await directory.stat({ bigint: true })
    const trusted = [0n, BigInt(process.geteuid?.() ?? 0), found.uid]
    const isItself = named.dev === found.dev && named.ino === found.ino
    if (!isItself && !(named.isSymbolicLink() && trusted.includes(named.uid)))
      throw new FileRefused(`is below ${root}, which somebody else has led elsewhere`)
    return { path: await whereIs(directory, root), uid: found.uid }
  } finally {
    await directory.close()
  }
}

/** The real path of what is open. Linux tells it; elsewhere it is looked for, and must be the same file. */
async function whereIs(file: FileHandle, path: string): Promise<string> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${file.fd}`)
  const found = await realpath(path)
  const [opened, there] = [await file.stat({ bigint: true }), await stat(found, { bigint: true })]
  if (opened.dev !== there.dev || opened.ino !== there.ino) throw new FileRefused('was exchanged while it was opened')
  return found
}
