import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { markerKind } from '@/contracts/recording/recording'

/**
 * A life's recording on the disk, in a directory named by its life key:
 *
 *   recording.json   what it began with; times count from here
 *   markers.jsonl    its markers again, for a timeline that is shown without reading the recording
 *   INDEX-OFFSET-MS.cast[.gz]   a segment: events, one JSON line each; sealed ones are compressed
 *
 * A segment's name tells its place, the bytes of output before it, and its first event's time in milliseconds.
 */
export const HEADER_FILE = 'recording.json'
export const MARKERS_FILE = 'markers.jsonl'

export const recordingHeader = z.object({
  version: z.literal(1),
  /** Unix milliseconds. */
  startedAt: z.number(),
  cols: z.number().int(),
  rows: z.number().int(),
  title: z.string(),
})
export type RecordingHeader = z.infer<typeof recordingHeader>

/**
 * An event as asciicast has it, and what asciicast has no place for: after output, the bytes of the runner's output that
 * are recorded by then; after a marker's label, its kind.
 */
export const storedEvent = z.union([
  z.tuple([z.number(), z.literal('o'), z.string(), z.number().int()]),
  z.tuple([z.number(), z.literal('i'), z.string()]),
  z.tuple([z.number(), z.literal('r'), z.string()]),
  z.tuple([z.number(), z.literal('m'), z.string(), markerKind]),
])
export type StoredEvent = z.infer<typeof storedEvent>

/** Reads a line; null for one that a crash or a full disk has cut. */
export function parseStoredEvent(line: string): StoredEvent | null {
  try {
    return storedEvent.parse(JSON.parse(line))
  } catch {
    return null
  }
}

export interface Segment {
  path: string
  index: number
  /** Bytes of the runner's output before it. */
  offset: number
  /** Seconds since the recording began. */
  at: number
  sealed: boolean
}

const SEGMENT_NAME = /^(\d{6})-(\d{16})-(\d{13})\.cast(\.gz)?$/

/** The path of a segment that is begun. */
export function segmentPath(directory: string, index: number, offset: number, at: number): string {
  const digits = (value: number, width: number) => String(value).padStart(width, '0')
  return join(directory, `${digits(index, 6)}-${digits(offset, 16)}-${digits(Math.round(at * 1000), 13)}.cast`)
}

/** Segments of a recording, in order; none where there is no recording. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const names = await readdir(directory).catch((): string[] => [])
  const found = new Map<number, Segment>()
  for (const name of names.sort()) {
    const [, index, offset, ms, gz] = SEGMENT_NAME.exec(name) ?? []
    if (index === undefined) continue
    const segment = {
      path: join(directory, name),
      index: Number(index),
      offset: Number(offset),
      at: Number(ms) / 1000,
      sealed: gz !== undefined,
    }
    // Both are there for the moment between its compressed copy and its end: the compressed one is whole.
    if (segment.sealed || !found.has(segment.index)) found.set(segment.index, segment)
  }
  return [...found.values()]
}

/** What a recording began with; null where there is none, or none that can be read. */
export async function readHeader(directory: string): Promise<RecordingHeader | null> {
  try {
    return recordingHeader.parse(JSON.parse(await readFile(join(directory, HEADER_FILE), 'utf8')))
  } catch {
    return null
  }
}

/** Bytes that files take; 0 for one that is gone. */
export async function sizeOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((total, size) => total + size, 0)
}
