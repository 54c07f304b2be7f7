import { MAX_MARKER_LENGTH, type MarkerKind } from '@/contracts/recording/recording'
import { createRedactor, type Redactor } from '@/contracts/redaction/redactor'
import { unfinishedBytes } from '@/contracts/terminal/unfinished-character'
import type { OutputLog } from '../observer/output-log'
import { createInputText } from './input-text'
import { type Clock, recordingTime } from './recording-clock'
import { listSegments, parseStoredEvent, type RecordingHeader, readHeader, type Segment } from './recording-files'
import { createRecordingWriter, type RecordingWriter } from './recording-writer'
import { createSegmentTexts } from './segment-text'

/** One event holds the text of this many bytes of output at most. */
const EVENT_BYTES = 32 * 1024
/** What could become a secret is let go once the output has paused this long. */
const PAUSE_MS = 250
/** Output before a restart that tells whether a secret had begun: more than any is hidden for. */
const CONTEXT_BYTES = 32 * 1024
/** How much of a log is read at once to catch up with it. */
const CATCH_UP_BYTES = 512 * 1024

/** What a life is recorded with. */
export interface RecordingFacts {
  title: string
  /** Values that must not be in the recording. */
  secrets: string[]
}

/** Records one life of a runner. Nothing here waits for the disk, and nothing throws: what cannot be written is a gap. */
export interface Recorder {
  /** Output from `offset` on; what was given before is skipped, and what is missing before it is a gap. */
  output(offset: number, data: Uint8Array): void
  /** What was typed, where that is recorded. */
  input(data: Uint8Array): void
  resize(cols: number, rows: number): void
  mark(kind: MarkerKind, label: string): void
  /** Takes from a log what it has and this recording has not. */
  catchUp(log: OutputLog): Promise<void>
  /** Whether there is output that it was not given. */
  missedAny(): boolean
  /** Nothing follows; the output ended at `end`, as far as anybody knows. */
  finish(end: number): Promise<void>
}

export interface RecorderOptions extends RecordingFacts {
  directory: string
  size: { cols: number; rows: number }
  clock: Clock
  onProblem(error: unknown): void
  onRecovered(): void
  onSealed(): void
  /** Between these offsets of the output something is secret. */
  onHidden(from: number, to: number): void
}

interface Beginning {
  header: RecordingHeader
  segments: readonly Segment[]
  /** Bytes of output that are recorded. */
  end: number
  /** Seconds, of the newest event. */
  at: number
}

/** Starts the recording of a new life. */
export function beginRecording(options: RecorderOptions): Recorder {
  const { clock, size, title } = options
  const header: RecordingHeader = { version: 1, startedAt: clock.now(), ...size, title }
  return createRecorder(options, { header, segments: [], end: 0, at: 0 })
}

/** Goes on with the recording of a life that an earlier process began; with a new one where there is none. */
export async function continueRecording(options: RecorderOptions): Promise<Recorder> {
  try {
    const header = await readHeader(options.directory)
    if (header === null) return beginRecording(options)
    const segments = await listSegments(options.directory)
    return createRecorder(options, { header, segments, ...(await endOfRecording(segments)) })
  } catch (error) {
    // What is there stays as it is; and the terminal goes on.
    options.onProblem(error)
    return NO_RECORDER
  }
}

const NO_RECORDER: Recorder = {
  output: () => {},
  input: () => {},
  resize: () => {},
  mark: () => {},
  catchUp: () => Promise.resolve(),
  missedAny: () => true,
  finish: () => Promise.resolve(),
}

async function endOfRecording(segments: readonly Segment[]): Promise<{ end: number; at: number }> {
  const texts = createSegmentTexts()
  let at: number | null = null
  for (const segment of [...segments].reverse()) {
    const lines = (await texts.read(segment)).toString('utf8').split('\n')
    for (const line of lines.reverse()) {
      const event = parseStoredEvent(line)
      at ??= event?.[0] ?? null
      if (event?.[1] === 'o') return { end: event[3], at: at ?? event[0] }
    }
    // Nothing but markers in it: its name says what was recorded before.
    if (segment.index > 0 && lines.length > 1) return { end: segment.offset, at: at ?? segment.at }
  }
  return { end: 0, at: at ?? 0 }
}

function createRecorder(options: RecorderOptions, beginning: Beginning): Recorder {
  const { clock, secrets } = options
  const time = recordingTime(clock, beginning.header.startedAt, beginning.at)
  const writer: RecordingWriter = createRecordingWriter({
    directory: options.directory,
    header: beginning.header,
    after: beginning,
    wait: clock.after,
    onProblem: options.onProblem,
    onRecovered: options.onRecovered,
    onSealed: options.onSealed,
  })
  const typed = createInputText(secrets, clock.after, (text) => {
    const at = time()
    writer.write({ event: [at, 'i', text], at, from: null, to: given })
  })
  /** Output that was taken, and of that, what was given to the writer; between them lies what is held back. */
  let taken = beginning.end
  let given = beginning.end
  let missed = false
  /** Redacts from `offset` on. */
  const redactFrom = (offset: number): Redactor =>
    createRedactor(secrets, (from, to) => options.onHidden(offset + from, offset + to))
  let redactor = redactFrom(taken)
  /** The first bytes of a character. */
  let unfinished: Buffer = Buffer.alloc(0)
  let cancelPause: (() => void) | null = null

  function give(shown: string, isLast: boolean): void {
    const bytes = Buffer.concat([unfinished, Buffer.from(shown, 'latin1')])
    const rest = isLast ? 0 : unfinishedBytes(bytes)
    unfinished = bytes.subarray(bytes.length - rest)
    const to = taken - redactor.held() - rest
    if (to === given && bytes.length === rest) return
    const text = bytes.toString('utf8', 0, bytes.length - rest)
    const at = time()
    writer.write({ event: [at, 'o', text, to], at, from: given, to })
    given = to
  }

  /** Output comes to rest, or something else is to follow it: nothing is held back any longer. */
  function letGo(isLast = false): void {
    cancelPause?.()
    cancelPause = null
    give(redactor.flush(), isLast)
  }

  function take(data: Uint8Array): void {
    for (let from = 0; from < data.length; from += EVENT_BYTES) {
      const part = data.subarray(from, from + EVENT_BYTES)
      const shown = redactor.push(Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1'))
      taken += part.length
      give(shown, false)
    }
  }

  const recorder: Recorder = {
    output(offset, data) {
      if (offset > taken) {
        letGo(true)
        redactor = redactFrom(offset)
        taken = offset
        given = offset
        missed = true
      }
      const fresh = data.subarray(Math.max(0, taken - offset))
      if (fresh.length === 0) return
      take(fresh)
      cancelPause?.()
      cancelPause = redactor.held() > 0 ? clock.after(PAUSE_MS, letGo) : null
    },
    input: typed.push,
    resize(cols, rows) {
      letGo()
      const at = time()
      writer.write({ event: [at, 'r', `${cols}x${rows}`], at, from: null, to: given })
    },
    mark(kind, label) {
      const at = time()
      writer.write({ event: [at, 'm', redactedLabel(label, secrets), kind], at, from: null, to: given })
    },
    async catchUp(log) {
      try {
        const before = await log.read(Math.max(0, taken - CONTEXT_BYTES), Math.min(taken, CONTEXT_BYTES))
        if (before.offset + before.data.length === taken) {
          // What was shown is shown: only what it began goes on.
          redactor = redactFrom(before.offset)
          redactor.push(before.data.toString('latin1'))
          redactor.flush()
        }
        for (let from = taken; from < log.end(); from = taken) {
          const { offset, data } = await log.read(from, CATCH_UP_BYTES)
          if (data.length === 0) return
          recorder.output(offset, data)
        }
      } catch (error) {
        options.onProblem(error)
      }
    },
    missedAny: () => missed,
    finish(end) {
      typed.end()
      letGo(true)
      return writer.finish(Math.max(end, given), time())
    },
  }
  return recorder
}

/** One line, without secrets; and without what could be the beginning of one where the text was cut before. */
function redactedLabel(label: string, secrets: readonly string[]): string {
  const isWhole = label.length < MAX_MARKER_LENGTH
  const redactor = createRedactor(secrets)
  const shown = redactor.push(Buffer.from(isWhole ? `${label}\n` : label).toString('latin1'))
  const text = Buffer.from(shown, 'latin1').toString('utf8')
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_MARKER_LENGTH)
}
