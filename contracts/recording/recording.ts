import { z } from 'zod'
import { timestamp, uuid } from '../primitives'

/** Longest label of a marker: one line beside a timeline. */
export const MAX_MARKER_LENGTH = 200
/** Markers a life is described with at most; the recording itself has all of them. */
export const MAX_MARKERS = 2_000

/** Seconds since the recording began, as asciicast counts. */
const seconds = z.number().nonnegative()
const epoch = z.number().int().nonnegative()

/** `gap`: output that is missing, in bytes as its label says. */
export const markerKind = z.enum(['prompt', 'tool', 'approval', 'status', 'gap'])
export type MarkerKind = z.infer<typeof markerKind>

export const recordingMarker = z.object({ at: seconds, kind: markerKind, label: z.string().max(MAX_MARKER_LENGTH) })
export type RecordingMarker = z.infer<typeof recordingMarker>

/** The recording of one life of a runner. */
export const recordedLife = z.object({
  epoch,
  startedAt: timestamp,
  /** Seconds from its beginning to the newest event. */
  duration: seconds,
  /** Output and events still come. */
  growing: z.boolean(),
  /** On the disk, compressed. */
  bytes: z.number().int().nonnegative(),
  /** The size it began with. */
  cols: z.number().int(),
  rows: z.number().int(),
  title: z.string(),
  /** The oldest part is no longer kept: how much output that was, and when what is kept begins. */
  truncatedBefore: z.object({ bytes: z.number().int().nonnegative(), at: seconds }).nullable(),
  /** Oldest first, the newest MAX_MARKERS. */
  markers: z.array(recordingMarker).max(MAX_MARKERS),
})
export type RecordedLife = z.infer<typeof recordedLife>

/** An event of asciicast v2: output, input where that is recorded, a resize to `COLSxROWS`, or a marker. */
export const castEvent = z.tuple([seconds, z.enum(['o', 'i', 'r', 'm']), z.string()])
export type CastEvent = z.infer<typeof castEvent>

const SIZE = /^(\d{1,4})x(\d{1,4})$/

/** The size that an event gives the screen from then on; null for one that gives none. */
export function sizeOfEvent([, code, data]: CastEvent): { cols: number; rows: number } | null {
  const found = code === 'r' ? SIZE.exec(data) : null
  return found && { cols: Math.max(2, Number(found[1])), rows: Math.max(1, Number(found[2])) }
}

/** Of one life, or of all whose recordings are kept. */
export const recordingInfoInput = z.object({ id: uuid, epoch: epoch.nullable().default(null) })
export const recordingInfo = z.object({
  /** Oldest first. */
  lives: z.array(recordedLife),
})
export type RecordingInfo = z.infer<typeof recordingInfo>

/** Where a later page goes on; what it holds is nobody's business. */
const cursor = z.string().regex(/^\d{1,12}:\d{1,12}$/, 'is no cursor of a recording')

/**
 * The next page of a recording; without a cursor the first, or with `from` one far enough before this second for the
 * screen to be drawn as it was then.
 */
export const recordingReadInput = z.object({
  id: uuid,
  epoch,
  cursor: cursor.nullable().default(null),
  from: seconds.nullable().default(null),
})
export const recordingPage = z.object({
  events: z.array(castEvent),
  /** Goes on after these events, also later, when the recording has grown. */
  cursor,
  /** There is more now. */
  more: z.boolean(),
})
export type RecordingPage = z.infer<typeof recordingPage>

export const recordingSearchInput = z.object({
  id: uuid,
  epoch,
  text: z.string().min(1).max(500),
  limit: z.number().int().min(1).max(500).default(200),
})
/** Lines of output, as plain text, that hold a text, case-insensitive, oldest first. */
export const recordingHits = z.object({
  hits: z.array(z.object({ at: seconds, line: z.string() })),
  /** More than `limit` were found. */
  more: z.boolean(),
})
export type RecordingHits = z.infer<typeof recordingHits>
