import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_MARKERS, type RecordedLife, type RecordingMarker, recordingMarker } from '@/contracts/recording/recording'
import { listSegments, MARKERS_FILE, parseStoredEvent, readHeader, type Segment, sizeOf } from './recording-files'
import type { SegmentTexts } from './segment-text'

/** Epochs of a runner that have a recording, oldest first. */
export async function recordedEpochs(recordingsDir: string, runnerId: string): Promise<number[]> {
  const prefix = `${runnerId.toLowerCase()}.`
  const names = await readdir(recordingsDir).catch((): string[] => [])
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b)
}

function parseMarker(line: string): RecordingMarker | null {
  try {
    return recordingMarker.parse(JSON.parse(line))
  } catch {
    // The last one, cut by a crash.
    return null
  }
}

async function markersFrom(directory: string, at: number): Promise<RecordingMarker[]> {
  const text = await readFile(join(directory, MARKERS_FILE), 'utf8').catch(() => '')
  return text
    .split('\n')
    .flatMap((line) => parseMarker(line) ?? [])
    .filter((marker) => marker.at >= at)
    .slice(-MAX_MARKERS)
}

/** The time of the newest event; where the last segment has none, that segment's beginning. */
async function endOf(last: Segment, texts: SegmentTexts): Promise<number> {
  const lines = (await texts.read(last)).toString('utf8').trimEnd().split('\n')
  for (const line of lines.reverse()) {
    const event = parseStoredEvent(line)
    if (event !== null) return event[0]
  }
  return last.at
}

/** One life as its files tell it; null where nothing of it is kept. */
export async function describeLife(
  recordingsDir: string,
  life: string,
  epoch: number,
  texts: SegmentTexts,
): Promise<RecordedLife | null> {
  const directory = join(recordingsDir, life)
  const header = await readHeader(directory)
  const segments = await listSegments(directory)
  const [first] = segments
  const last = segments.at(-1)
  if (header === null || first === undefined || last === undefined) return null
  const isTruncated = first.index > 0
  return {
    epoch,
    startedAt: new Date(header.startedAt).toISOString(),
    duration: await endOf(last, texts),
    growing: !last.sealed,
    bytes: await sizeOf(segments.map(({ path }) => path)),
    cols: header.cols,
    rows: header.rows,
    title: header.title,
    truncatedBefore: isTruncated ? { bytes: first.offset, at: first.at } : null,
    markers: await markersFrom(directory, isTruncated ? first.at : 0),
  }
}
