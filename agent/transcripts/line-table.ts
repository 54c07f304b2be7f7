import type { FileHandle } from 'node:fs/promises'
import { type FileBelow, openBelow } from '../place/open-below'
import { inodeOf } from './identify-file'

/** Lines of one transcript that are known: 8 bytes each. What comes after them is not shown. */
const MAX_LINES = 2_000_000
const FIRST_CAPACITY = 1024
const CHUNK_BYTES = 1024 * 1024
const LINE_FEED = 10

/** Where the lines of one transcript are. Nothing of them is read but where they end, so that a page costs what it shows. */
export interface LineTable {
  /** The transcript as it is now, for reading. Throws FileRefused, and when it is gone. */
  open(): Promise<FileHandle>
  /** Whole lines. */
  readonly count: number
  /** Where the last whole line ends. */
  readonly end: number
  /** Changes when another file has taken the path, and where the file was cut. */
  readonly generation: number
  /** Where a line begins; for `count`, where the last one ends. */
  start(index: number): number
  /** Index of the first line that begins at or after a position; `count` when there is none. */
  firstFrom(position: number): number
  /** Looks on to the present end; from the beginning where another file has taken the path. Throws as `open`. */
  refresh(): Promise<void>
}

/** A table of nothing yet: `refresh` looks at the file, once at a time however many ask. */
export function createLineTable(transcript: FileBelow): LineTable {
  let starts = new Float64Array(FIRST_CAPACITY)
  let count = 0
  let end = 0
  let generation = 0
  let inode = ''
  let refreshing: Promise<void> | null = null

  function add(lineEnd: number): void {
    if (count === starts.length) {
      const larger = new Float64Array(starts.length * 2)
      larger.set(starts)
      starts = larger
    }
    starts[count] = end
    count += 1
    end = lineEnd
  }

  async function lookOn(): Promise<void> {
    const file = await openBelow(transcript)
    try {
      const stats = await file.stat({ bigint: true })
      if (inodeOf(stats) !== inode || Number(stats.size) < end) {
        inode = inodeOf(stats)
        count = 0
        end = 0
        generation += 1
      }
      if (Number(stats.size) === end) return
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let position = end; count < MAX_LINES; ) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position)
        if (bytesRead === 0) return
        const chunk = buffer.subarray(0, bytesRead)
        let feed = chunk.indexOf(LINE_FEED)
        for (; feed !== -1 && count < MAX_LINES; feed = chunk.indexOf(LINE_FEED, feed + 1)) add(position + feed + 1)
        position += bytesRead
      }
    } finally {
      await file.close()
    }
  }

  return {
    open: () => openBelow(transcript),
    get count() {
      return count
    },
    get end() {
      return end
    },
    get generation() {
      return generation
    },
    start: (index) => (index < count ? (starts[index] ?? end) : end),
    firstFrom(position) {
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((starts[middle] ?? 0) < position) low = middle + 1
        else high = middle
      }
      return low
    },
    refresh() {
      refreshing ??= lookOn().finally(() => {
        refreshing = null
      })
      return refreshing
    },
  }
}
