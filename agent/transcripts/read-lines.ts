import type { FileHandle } from 'node:fs/promises'

/** A longer line is no line of a transcript that anybody could use; it is stepped over without being kept. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const LINE_FEED = 10

/** One whole line. `end` is the offset after its line feed; `text` is null where it is too long. */
export interface RawLine {
  start: number
  end: number
  text: string | null
}

/**
 * The lines of a file from an offset on, as many at once as a read gives. Ends before a last line that has no line feed
 * yet: it is still being written.
 */
export async function* readLines(file: FileHandle, from: number): AsyncGenerator<RawLine[]> {
  let position = from
  let start = from
  let begun: Buffer[] = []
  let begunBytes = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
    if (bytesRead === 0) return
    const chunk = buffer.subarray(0, bytesRead)
    const lines: RawLine[] = []
    let at = 0
    for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, at)) {
      const end = position + feed + 1
      const isTooLong = end - start > MAX_LINE_BYTES
      lines.push({ start, end, text: isTooLong ? null : textOf(begun, chunk.subarray(at, feed)) })
      begun = []
      begunBytes = 0
      start = end
      at = feed + 1
    }
    const rest = chunk.subarray(at)
    begunBytes += rest.length
    begun = begunBytes > MAX_LINE_BYTES ? [] : [...begun, rest]
    position += bytesRead
    if (lines.length > 0) yield lines
  }
}

const textOf = (begun: Buffer[], last: Buffer): string =>
  begun.length === 0 ? last.toString('utf8') : Buffer.concat([...begun, last]).toString('utf8')
