import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { openKeptList } from './kept-list'
import { maskBytes } from './mask-bytes'
import { type Settings, settings } from './settings'

/** A log is cut into segments, so that dropping the oldest output is deleting a file. */
export const SEGMENT_BYTES = 4 * 1024 * 1024
/** Full segments kept beside the growing one: 16 MB of output per life of a runner, 20 MB at most. */
export const KEPT_SEGMENTS = 4
/** Size changes remembered, to rebuild a screen as it was; more are a person dragging a window edge. */
const KEPT_SIZES = 256

/** Settings are kept once for each segment. */
const KEPT_SETTINGS = KEPT_SEGMENTS + 1

const sizeChange = z.object({ offset: z.number().int(), cols: z.number().int(), rows: z.number().int() })
export type SizeChange = z.infer<typeof sizeChange>
const settingsAt = z.object({ offset: z.number().int(), settings })
export type SettingsAt = z.infer<typeof settingsAt>

const SEGMENT_NAME = /^(\d{16})\.log$/
const segmentName = (base: number): string => `${String(base).padStart(16, '0')}.log`

/** The recorded output of one life of a runner: a directory of segments named by the offset they begin at. */
export interface OutputLog {
  /** Offset after the last byte given to `append`. */
  end(): number
  /** Leaves a gap up to `offset`, when that is ahead: output that nobody has any more. */
  skipTo(offset: number): void
  /** Resolves when the bytes are in the file, or given up because the disk refused them (the log then has a gap). */
  append(data: Uint8Array): Promise<void>
  /** Resolves when everything appended and recorded so far is in the files. */
  flushed(): Promise<void>
  /** Makes bytes before `end` unreadable, where they are kept, but for line ends: each is replaced by a star. */
  mask(from: number, to: number): void
  recordSize(cols: number, rows: number): void
  sizes(): readonly SizeChange[]
  /** What the terminal was set to after the output before `offset`, for when that is not kept any more. */
  recordSettings(offset: number, settings: Settings): void
  /** Those that are kept, oldest first. */
  settings(): readonly SettingsAt[]
  /** Bytes from `from` or the oldest kept after it, `limit` at most; waits for what is being written. */
  read(from: number, limit: number): Promise<{ offset: number; data: Buffer }>
}

async function segmentBases(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((): string[] => [])
  return names
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** Up to `length` bytes of a file from `position`; empty past its end. */
async function readPart(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(buffer, 0, length, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Stars instead of the bytes between two positions of a file; lines stay lines. */
async function maskPart(file: FileHandle, from: number, to: number): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(to - from), 0, to - from, from)
  await file.write(maskBytes(buffer.subarray(0, bytesRead)), 0, bytesRead, from)
}

/** Opens the log in `directory`, which is made when missing. `onProblem` hears of a disk that refuses output. */
export async function openOutputLog(directory: string, onProblem: (error: unknown) => void): Promise<OutputLog> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const bases = await segmentBases(directory)
  const newest = bases.at(-1) ?? 0
  let end = newest + (bases.length > 0 ? (await stat(join(directory, segmentName(newest)))).size : 0)
  let writtenEnd = end
  let segmentBase = newest
  let broken = false
  /** The disk refused the last write, which was told of. */
  let refused = false
  /** The growing segment, open while there is something to write. */
  let file: { base: number; handle: FileHandle } | null = null
  const waiting: { at: number; data: Uint8Array; done: () => void }[] = []
  /** Parts of what was appended before, to be masked once that is written. */
  const masking: { from: number; to: number }[] = []
  let writing: Promise<void> | null = null
  const sizes = await openKeptList(join(directory, 'sizes.json'), sizeChange, onProblem)
  const kept = await openKeptList(join(directory, 'settings.json'), settingsAt, onProblem)

  /** Before a new segment begins: what is there is full. */
  async function dropOldSegments(): Promise<void> {
    const excess = (await segmentBases(directory)).slice(0, -KEPT_SEGMENTS)
    for (const base of excess) await unlink(join(directory, segmentName(base)))
  }

  async function closeFile(): Promise<void> {
    const closing = file
    file = null
    await closing?.handle.close()
  }

  /** Writes to the end of the segment; a flood does not open it again for each part. */
  async function appendToSegment(data: Buffer): Promise<void> {
    if (file?.base !== segmentBase) await closeFile()
    file ??= { base: segmentBase, handle: await open(join(directory, segmentName(segmentBase)), 'a', 0o600) }
    await file.handle.appendFile(data)
  }

  async function writeBatch(at: number, data: Buffer): Promise<void> {
    try {
      broken ||= at !== writtenEnd
      writtenEnd = at
      if (broken || writtenEnd - segmentBase >= SEGMENT_BYTES) {
        segmentBase = writtenEnd
        await dropOldSegments()
      }
      await appendToSegment(data)
      broken = false
      refused = false
    } catch (error) {
      // A full disk must not stop the terminal: this output is missing, the next goes into a segment of its own.
      if (!refused) onProblem(error)
      broken = true
      refused = true
    }
    writtenEnd += data.length
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      // One write for all that waits, up to a gap.
      const first = waiting[0]?.at ?? 0
      let next = first
      const gap = waiting.findIndex(({ at, data }) => {
        const joins = at === next
        next += data.length
        return !joins
      })
      const batch = waiting.splice(0, gap < 0 ? waiting.length : gap)
      await writeBatch(first, Buffer.concat(batch.map((item) => item.data)))
      for (const item of batch) item.done()
    }
    // A log is for ever, and there are thousands: an open file would be one of few.
    await closeFile().catch(onProblem)
    if (waiting.length > 0) return writeAll()
    // What is to be masked was appended before.
    await maskAll(masking.splice(0)).catch(onProblem)
    if (waiting.length > 0 || masking.length > 0) return writeAll()
    writing = null
  }

  async function maskAll(parts: readonly { from: number; to: number }[]): Promise<void> {
    if (parts.length === 0) return
    for (const base of await segmentBases(directory)) {
      const path = join(directory, segmentName(base))
      const size = (await stat(path)).size
      const inside = parts.filter(({ from, to }) => from < base + size && to > base)
      if (inside.length === 0) continue
      const handle = await open(path, 'r+')
      try {
        for (const { from, to } of inside)
          await maskPart(handle, Math.max(from, base) - base, Math.min(to - base, size))
      } finally {
        await handle.close()
      }
    }
  }

  return {
    end: () => end,
    skipTo(offset) {
      end = Math.max(end, offset)
    },
    append(data) {
      const at = end
      end += data.length
      return new Promise((done) => {
        waiting.push({ at, data, done })
        writing ??= writeAll()
      })
    },
    mask(from, to) {
      masking.push({ from, to })
      writing ??= writeAll()
    },
    async flushed() {
      await Promise.all([writing, sizes.written(), kept.written()])
    },
    recordSize(cols, rows) {
      const before = sizes.all().filter((size) => size.offset !== end)
      sizes.replace([...before, { offset: end, cols, rows }].slice(-KEPT_SIZES))
    },
    sizes: sizes.all,
    recordSettings(offset, settings) {
      kept.replace([...kept.all(), { offset, settings }].slice(-KEPT_SETTINGS))
    },
    settings: kept.all,
    async read(from, limit) {
      await (writing ?? Promise.resolve())
      const start = Math.max(0, from)
      const bases = await segmentBases(directory)
      const parts: Buffer[] = []
      let offset: number | null = null
      let at = start
      let room = limit
      // From the last segment that begins at or before `start`, or else the oldest there is.
      for (const base of bases.slice(
        Math.max(
          0,
          bases.findLastIndex((candidate) => candidate <= start),
        ),
      )) {
        // Past a gap in the middle nothing is joined on: offsets must stay true.
        if (room === 0 || (offset !== null && base !== at)) break
        at = Math.max(at, base)
        const data = await readPart(join(directory, segmentName(base)), at - base, Math.min(room, SEGMENT_BYTES * 2))
        if (data.length === 0) continue
        offset ??= at
        at += data.length
        room -= data.length
        parts.push(data)
      }
      return { offset: offset ?? end, data: Buffer.concat(parts) }
    },
  }
}
