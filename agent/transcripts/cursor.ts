import type { FoundTranscript } from './scan-roots'

/** How far the daemon has taken a file. */
export interface Cursor {
  fileId: string
  offset: number
}

/**
 * Whether a file may have more than the daemon took: it grew, it was cut, or another file has its path. `cursor` is null
 * where the daemon has never seen it.
 */
export const mayHaveMore = (cursor: Cursor | null, found: Pick<FoundTranscript, 'inode' | 'size'>): boolean =>
  cursor === null || cursor.offset !== found.size || !cursor.fileId.startsWith(`${found.inode}:`)

/** Where reading begins: where the daemon ended, or at 0 for another file and for one that was cut. */
export const startOf = (cursor: Cursor | null, file: { fileId: string; size: number }): number =>
  cursor !== null && cursor.fileId === file.fileId && cursor.offset <= file.size ? cursor.offset : 0
