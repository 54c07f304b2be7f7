import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RecordingHits } from '@/contracts/recording/recording'
import { createPlainTextStream } from './plain-text-stream'
import { listSegments, parseStoredEvent } from './recording-files'
import type { SegmentTexts } from './segment-text'

/** A line without an end is looked at in pieces of this many characters. */
const MAX_LINE_CHARACTERS = 2_000
/** What a hit shows of its line. */
const MAX_SHOWN_CHARACTERS = 300
/** Events after which others get their turn. */
const EVENTS_PER_TURN = 200

/** Lines of output that hold `text`, case-insensitive, with the time at which they were complete. */
export async function searchRecordingText(
  directory: string,
  text: string,
  limit: number,
  texts: SegmentTexts,
): Promise<RecordingHits> {
  const wanted = text.toLowerCase()
  const hits: RecordingHits['hits'] = []
  const plain = createPlainTextStream()
  let line = ''

  const look = (at: number): void => {
    const found = line.toLowerCase().indexOf(wanted)
    if (found < 0) return
    const start = Math.max(0, found - MAX_SHOWN_CHARACTERS / 2)
    hits.push({ at, line: line.slice(start, start + MAX_SHOWN_CHARACTERS).trim() })
  }
  const take = (output: string, at: number): void => {
    const [first = '', ...others] = plain.push(Buffer.from(output)).split('\n')
    line += first
    for (const next of others) {
      look(at)
      line = next
    }
    if (line.length < MAX_LINE_CHARACTERS) return
    look(at)
    // What began at the end of this piece is found in the next.
    line = line.slice(line.length - wanted.length + 1)
  }

  let at = 0
  for (const segment of await listSegments(directory)) {
    const lines = (await texts.read(segment)).toString('utf8').split('\n')
    for (const [index, stored] of lines.entries()) {
      const event = parseStoredEvent(stored)
      if (event === null) continue
      at = event[0]
      if (event[1] === 'o') take(event[2], at)
      if (hits.length > limit) return { hits: hits.slice(0, limit), more: true }
      if (index % EVENTS_PER_TURN === 0) await nextTurn()
    }
  }
  look(at)
  return { hits: hits.slice(0, limit), more: hits.length > limit }
}
