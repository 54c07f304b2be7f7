import type { CastEvent, RecordingPage } from '@/contracts/recording/recording'
import { listSegments, parseStoredEvent, type Segment, type StoredEvent } from './recording-files'
import type { SegmentTexts } from './segment-text'

/** Bytes of stored lines in one page: well within what one message between agent and daemon may have. */
const PAGE_BYTES = 256 * 1024

/** An event as asciicast has it; a marker says what kind it is. */
export function castEventOf([at, code, data, extra]: StoredEvent): CastEvent {
  return [at, code, code === 'm' ? `${extra}: ${data}` : data]
}

const missingBefore = ({ offset, at }: Segment): CastEvent => [
  at,
  'm',
  `gap: ${offset} bytes of output before this are no longer kept`,
]

/** A page of lines from `from` on: at least one, as many as fit. */
function linesFrom(text: Buffer, from: number, room: number): { lines: string[]; end: number } {
  if (text.length - from <= room) {
    return { lines: text.toString('utf8', from).split('\n').slice(0, -1), end: text.length }
  }
  const lastWhole = text.lastIndexOf(10, from + room)
  const end = (lastWhole >= from ? lastWhole : text.indexOf(10, from)) + 1
  return { lines: text.toString('utf8', from, end).split('\n').slice(0, -1), end }
}

/** So much output before a moment draws its screen, but for what was drawn before and never again. */
const DRAWN_FROM_BYTES = 4 * 1024 * 1024

/** Where to begin to show the second `from`: with enough output before the segment that holds it, or with the oldest kept. */
function beginningFor(segments: readonly Segment[], from: number): [number, number] {
  const holding = segments.findLastIndex(({ at }) => at <= from)
  const needed = (segments[holding]?.offset ?? 0) - DRAWN_FROM_BYTES
  const begin = segments.slice(0, Math.max(0, holding)).findLastIndex(({ offset }) => offset <= needed)
  return [begin > 0 ? (segments[begin]?.index ?? 0) : 0, 0]
}

/**
 * The page after `cursor` (SEGMENT:BYTE); null begins with the oldest that is kept, or with what the screen at the second
 * `from` is drawn from. Where output before the page is no longer kept, it begins with a marker that says so.
 */
export async function readRecordingPage(
  directory: string,
  { cursor, from: second = null }: { cursor: string | null; from?: number | null },
  texts: SegmentTexts,
): Promise<RecordingPage> {
  const kept = await listSegments(directory)
  const [wantedIndex = 0, wantedByte = 0] =
    cursor?.split(':').map(Number) ?? (second === null ? [] : beginningFor(kept, second))
  const segments = kept.filter(({ index }) => index >= wantedIndex)
  const events: CastEvent[] = []
  let place = { index: wantedIndex, byte: wantedByte }
  let room = PAGE_BYTES
  for (const segment of segments) {
    const isPlace = segment.index === place.index
    if (!isPlace && events.length === 0 && segment === segments[0]) events.push(missingBefore(segment))
    const from = isPlace ? place.byte : 0
    const text = await texts.read(segment)
    const { lines, end } = linesFrom(text, Math.min(from, text.length), room)
    for (const line of lines) {
      const event = parseStoredEvent(line)
      if (event !== null) events.push(castEventOf(event))
    }
    room -= end - from
    place = { index: segment.index, byte: end }
    if (end < text.length || room <= 0) return { events, cursor: `${place.index}:${place.byte}`, more: true }
  }
  return { events, cursor: `${place.index}:${place.byte}`, more: false }
}
