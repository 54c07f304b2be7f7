/** How far a file has been taken. */
export interface FileCursor {
  fileId: string
  offset: number
}

/**
 * Whether a batch follows on what was taken: null when it does, else the offset its sender should go on from. One from the
 * beginning always does: the file was cut, is another one, or is to be read anew, and reading it twice counts nothing twice.
 */
export function judgeCursor(cursor: FileCursor, batch: { fileId: string; from: number }): number | null {
  if (batch.from === 0) return null
  const offset = cursor.fileId === batch.fileId ? cursor.offset : 0
  return batch.from === offset ? null : offset
}
