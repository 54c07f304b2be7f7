import { appendFile, mkdir, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  HEADER_FILE,
  MARKERS_FILE,
  type RecordingHeader,
  type Segment,
  type StoredEvent,
  segmentPath,
} from './recording-files'
import { sealSegment } from './seal-segment'

/** A segment is sealed once it has this much: dropping the oldest output is deleting a file. */
const SEGMENT_BYTES = 4 * 1024 * 1024
/** And once it is so old: what is written to stays, whatever its age, and is not compressed. */
export const SEGMENT_MS = 24 * 60 * 60 * 1000
/** Waits for the disk at most; what comes when there is more is a gap. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** One write. */
const BATCH_BYTES = 1024 * 1024
/** Markers beside the recording, a few megabytes; later ones are in the recording alone. */
const MAX_MARKERS_FILE_BYTES = 2 * 1024 * 1024

/** An event, and which bytes of the runner's output it stands for: none where `from` is null. */
export interface Entry {
  event: StoredEvent | null
  at: number
  from: number | null
  to: number
}

export interface RecordingWriterOptions {
  directory: string
  header: RecordingHeader
  /** Calls `work` later; the returned function takes that back. */
  wait(ms: number, work: () => void): () => void
  /** Where an earlier process left off: the segments it began, and the bytes that are in them. */
  after: { segments: readonly Segment[]; end: number }
  /** A disk that refuses, told once until it takes something again. */
  onProblem(error: unknown): void
  /** It takes something again. */
  onRecovered(): void
  /** A segment was compressed: there may be more now than is to be kept. */
  onSealed(): void
}

/**
 * Writes a recording's events to its segments, one after another. Whatever does not follow on what is in the files, for
 * whatever reason, is preceded by a marker that says how many bytes of output are missing.
 */
export interface RecordingWriter {
  write(entry: Entry): void
  /** Nothing follows; output before `end` that was not written is a gap. Resolves when all is written and sealed. */
  finish(end: number, at: number): Promise<void>
}

const gapOf = (at: number, bytes: number): StoredEvent => [at, 'm', `${bytes} bytes of output are missing`, 'gap']

export function createRecordingWriter(options: RecordingWriterOptions): RecordingWriter {
  const { directory, onProblem, onRecovered, onSealed } = options
  const markersPath = join(directory, MARKERS_FILE)
  const waiting: { entry: Entry; line: string }[] = []
  let waitingBytes = 0
  let writing: Promise<void> | null = null
  let isBegun = false
  let end = options.after.end
  let nextIndex = (options.after.segments.at(-1)?.index ?? -1) + 1
  let segment: { path: string; bytes: number; isOld: boolean } | null = null
  let forgetAge: () => void = () => {}
  let size: StoredEvent | null = null
  let markersBytes: number | null = null
  let isBroken = false
  let sealing: Promise<void> = Promise.resolve()

  function refuse(error: unknown): void {
    if (!isBroken) onProblem(error)
    isBroken = true
  }

  function seal(path: string): void {
    sealing = sealing.then(() => sealSegment(path).then(onSealed, refuse))
  }

  /** The next event begins another one. */
  function sealPresent(): void {
    forgetAge()
    if (segment !== null) seal(segment.path)
    segment = null
  }

  function beginSegment(path: string): NonNullable<typeof segment> {
    const begun = { path, bytes: 0, isOld: false }
    forgetAge = options.wait(SEGMENT_MS, () => {
      begun.isOld = true
      // One that is being written to is sealed before the next batch.
      if (writing === null && segment === begun) sealPresent()
    })
    return begun
  }

  /** What an earlier process was writing to when it died. */
  function sealLeft(): void {
    for (const left of options.after.segments) if (!left.sealed) seal(left.path)
  }

  async function begin(): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const path = join(directory, HEADER_FILE)
    await writeFile(`${path}.new`, JSON.stringify(options.header), { mode: 0o600 })
    await rename(`${path}.new`, path)
    sealLeft()
    isBegun = true
  }

  /** A batch as it is to stand in the file: with what is missing before its parts. */
  function withGaps(batch: readonly { entry: Entry; line: string }[]): {
    text: string
    markers: StoredEvent[]
    end: number
  } {
    const lines: string[] = []
    const markers: StoredEvent[] = []
    let reached = end
    for (const { entry, line } of batch) {
      if (entry.from !== null && entry.from > reached) {
        const gap = gapOf(entry.at, entry.from - reached)
        markers.push(gap)
        lines.push(`${JSON.stringify(gap)}\n`)
      }
      if (entry.from !== null) reached = Math.max(reached, entry.to)
      lines.push(line)
      if (entry.event?.[1] === 'm') markers.push(entry.event)
      if (entry.event?.[1] === 'r') size = entry.event
    }
    return { text: lines.join(''), markers, end: reached }
  }

  async function writeMarkers(markers: readonly StoredEvent[]): Promise<void> {
    if (markers.length === 0) return
    markersBytes ??= await stat(markersPath).then(
      (found) => found.size,
      () => 0,
    )
    if (markersBytes > MAX_MARKERS_FILE_BYTES) return
    const text = markers.map(([at, , label, kind]) => `${JSON.stringify({ at, kind, label })}\n`).join('')
    // Begins on a new line whatever a crash has left of the last one.
    await appendFile(markersPath, `\n${text}`, { mode: 0o600 })
    markersBytes += text.length + 1
  }

  async function writeBatch(batch: readonly { entry: Entry; line: string }[]): Promise<void> {
    const sizeBefore = size
    const { text, markers, end: reached } = withGaps(batch)
    if (text === '') return
    try {
      if (!isBegun) await begin()
      if (segment !== null && (segment.bytes >= SEGMENT_BYTES || segment.isOld)) sealPresent()
      const at = batch[0]?.entry.at ?? 0
      // A segment says by itself what it is to be shown at: the ones before it may be dropped.
      const head = segment === null && sizeBefore !== null ? `${JSON.stringify([at, 'r', sizeBefore[2]])}\n` : ''
      segment ??= beginSegment(segmentPath(directory, nextIndex, end, at))
      await appendFile(segment.path, head + text, { mode: 0o600 })
      if (segment.bytes === 0) nextIndex += 1
      segment.bytes += Buffer.byteLength(head) + Buffer.byteLength(text)
      end = reached
      await writeMarkers(markers)
      if (isBroken) onRecovered()
      isBroken = false
    } catch (error) {
      // A full disk must not stop the terminal: `end` stays, so that what is written next is preceded by the gap.
      refuse(error)
      // What was written of it in part would be there twice, or be counted as missing.
      if (segment !== null) await truncate(segment.path, segment.bytes).catch(() => {})
      if (segment?.bytes === 0) {
        forgetAge()
        segment = null
      }
    }
  }

  function takeBatch(): typeof waiting {
    let bytes = 0
    const count = waiting.findIndex(({ line }) => {
      bytes += line.length
      return bytes > BATCH_BYTES
    })
    const batch = waiting.splice(0, count < 0 ? waiting.length : count + 1)
    for (const { line } of batch) waitingBytes -= line.length
    return batch
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) await writeBatch(takeBatch())
    writing = null
  }

  function write(entry: Entry): void {
    if (waitingBytes > MAX_WAITING_BYTES && entry.event !== null) return
    const line = entry.event === null ? '' : `${JSON.stringify(entry.event)}\n`
    waiting.push({ entry, line })
    waitingBytes += line.length
    writing ??= writeAll()
  }

  return {
    write,
    async finish(atEnd, at) {
      write({ event: null, at, from: atEnd, to: atEnd })
      await writing
      if (!isBegun) sealLeft()
      sealPresent()
      await sealing
    },
  }
}
