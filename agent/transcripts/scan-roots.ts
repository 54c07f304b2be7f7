import { lstat } from 'node:fs/promises'
import { formatOf } from './formats'
import { inodeOf } from './identify-file'
import type { TranscriptName } from './transcript-format'
import type { TranscriptRoot } from './transcript-roots'

/** A transcript as the file system has it. */
export interface FoundTranscript extends TranscriptName {
  /** The configuration directory it is below. */
  root: string
  inode: string
  size: number
  /** Unix milliseconds. */
  writtenAt: number
}

/** Files asked about at the same time. */
const PARALLEL_LOOKS = 64

/** A transcript that is there now, or null; a link is none. It is yet to be opened, and may be refused then. */
export async function findTranscript(root: string, name: TranscriptName): Promise<FoundTranscript | null> {
  const stats = await lstat(name.path, { bigint: true }).catch(() => null)
  if (stats === null || !stats.isFile()) return null
  return { ...name, root, inode: inodeOf(stats), size: Number(stats.size), writtenAt: Number(stats.mtimeMs) }
}

/** All transcripts below a program's configuration directory, as of now. */
export async function scanRoot({ provider, path }: TranscriptRoot): Promise<FoundTranscript[]> {
  const format = formatOf(provider)
  const directory = format.directory(path)
  const names = (await format.list(directory)).flatMap((relative) => format.name(directory, relative) ?? [])
  const found: FoundTranscript[] = []
  for (let from = 0; from < names.length; from += PARALLEL_LOOKS) {
    const some = await Promise.all(names.slice(from, from + PARALLEL_LOOKS).map((name) => findTranscript(path, name)))
    found.push(...some.flatMap((transcript) => transcript ?? []))
  }
  return found
}
