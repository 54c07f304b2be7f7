import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Segment } from './recording-files'

const inflate = promisify(gunzip)
/** Several times what a segment is sealed at: a file that holds more is not one of ours. */
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024

/** Reads segments; the one read last stays, because a recording is read a page at a time. */
export interface SegmentTexts {
  /** Whole lines only: what follows the last line feed is being written, or was cut. Rejects when the file is gone. */
  read(segment: Segment): Promise<Buffer>
}

export function createSegmentTexts(): SegmentTexts {
  let last: { path: string; text: Buffer } | null = null
  return {
    async read({ path, sealed }) {
      if (last?.path === path) return last.text
      const file = await readFile(path)
      const text = sealed ? await inflate(file, { maxOutputLength: MAX_SEGMENT_BYTES }) : file
      const whole = text.subarray(0, text.lastIndexOf(10) + 1)
      // One that grows is another one the next time.
      if (sealed) last = { path, text: whole }
      return whole
    },
  }
}
