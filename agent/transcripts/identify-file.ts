import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { TranscriptFile } from '@/contracts/agent-protocol/transcript'
import { formatOf } from './formats'
import { readLines } from './read-lines'
import type { TranscriptName } from './transcript-format'

/** What of a first line tells files apart; it holds ids and the time. */
const FIRST_LINE_BYTES = 64 * 1024

/** What the file system calls it; another file under the same path is called otherwise. */
export const inodeOf = (stats: Pick<BigIntStats, 'dev' | 'ino'>): string => `${stats.dev}:${stats.ino}`

/** Which transcript an open file is. Null while its first line is not whole, or where nothing tells its session. */
export async function identifyFile(
  file: FileHandle,
  { path, provider, providerSessionId, subagentId }: TranscriptName,
  inode: string,
): Promise<TranscriptFile | null> {
  const buffer = Buffer.alloc(FIRST_LINE_BYTES)
  const { bytesRead } = await file.read(buffer, 0, FIRST_LINE_BYTES, 0)
  const feed = buffer.subarray(0, bytesRead).indexOf(10)
  if (feed === -1 && bytesRead < FIRST_LINE_BYTES) return null
  const first = buffer.subarray(0, feed === -1 ? bytesRead : feed)
  const owner =
    providerSessionId === null
      ? formatOf(provider).ownerInFirstLine(feed === -1 ? await firstLine(file) : first.toString('utf8'))
      : { providerSessionId, subagentId }
  if (owner === null || owner.providerSessionId.length > 200 || (owner.subagentId?.length ?? 0) > 200) return null
  const hash = createHash('sha256').update(first).digest('hex').slice(0, 32)
  return { path, provider, ...owner, fileId: `${inode}:${hash}` }
}

/** Empty while it is not whole, and where it is too long to be read. */
async function firstLine(file: FileHandle): Promise<string> {
  for await (const [line] of readLines(file, 0)) return line?.text ?? ''
  return ''
}
