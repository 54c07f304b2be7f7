import type { ProgramSignal } from '@/contracts/terminal/program-signal'
import type { LifeRecorder } from '../recording/recorder-thread'
import { createEmulator, type Emulator } from './emulator'
import { type OutputLog, SEGMENT_BYTES } from './output-log'
import type { ParkingEmulator } from './parking-emulator'
import type { ProgramSaid } from './protocol'
import type { Settings } from './settings'

/** How far the screen may be behind the log before its program waits for it: a flood of colours is drawn in 100 ms. */
const BEHIND_BYTES = 4 * 1024 * 1024

/** One life of a runner in the observer: its screen, its log and its recording, fed with the same bytes. */
export interface Life {
  log: OutputLog
  emulator: ParkingEmulator
  recorder: LifeRecorder
  /** Resolves when these bytes are in the log and the screen is not far behind; what was fed before is dropped. */
  feed(offset: number, data: Uint8Array, live: boolean): Promise<void>
  resize(cols: number, rows: number): void
  /** What `use` gives for the screen as of exactly what was fed so far; `end` is the offset after that. */
  asOfNow<Result>(use: (life: Life, end: number) => Result): Promise<Result>
}

export interface LifeOptions extends Pick<Life, 'log' | 'emulator' | 'recorder'> {
  /** Settings as they may be written down. */
  toKeep(settings: Settings): Settings
  onProblem(error: unknown): void
}

/** A life whose screen is empty, or was rebuilt before. */
export function createLife({ log, emulator, recorder, toKeep, onProblem }: LifeOptions): Life {
  let behind = 0
  let settingsEnd = log.settings().at(-1)?.offset ?? 0

  /** A log keeps the newest output only: what a program set before that is written down. */
  async function keepSettings(): Promise<void> {
    const before = settingsEnd
    settingsEnd = log.end()
    const kept = await life.asOfNow(({ emulator: screen }, end) => {
      const told = screen.settings()
      if (told !== null) log.recordSettings(end, toKeep(told))
      return told !== null
    })
    // In the middle of something: soon again.
    if (!kept) settingsEnd = before
  }
  const life: Life = {
    log,
    emulator,
    recorder,
    async feed(offset, data, live) {
      const fresh = data.subarray(Math.max(0, log.end() - offset))
      log.skipTo(offset)
      const logged = log.append(fresh)
      behind += fresh.length
      const drawn = emulator.write(fresh, live).then(() => {
        behind -= fresh.length
      })
      // Beside them: whoever waits for these bytes does not wait for the recording.
      recorder.output(offset, data)
      if (log.end() - settingsEnd >= SEGMENT_BYTES) keepSettings().catch(onProblem)
      await logged
      // An observer that dies now draws them from the log.
      if (behind > BEHIND_BYTES) await drawn
    },
    resize(cols, rows) {
      log.recordSize(cols, rows)
      recorder.resize(cols, rows)
      // After what was fed before it: the program drew that for the old size.
      emulator.whenParsed(() => emulator.resize(cols, rows))
    },
    asOfNow(use) {
      const end = log.end()
      return new Promise((resolve, reject) => {
        // Inside the callback: a promise's turn would come after later output was parsed.
        emulator.whenParsed(() => {
          try {
            resolve(use(life, end))
          } catch (error) {
            reject(error)
          }
        })
      })
    },
  }
  return life
}

/** Of a screen whose size nobody knows. */
export const USUAL_SIZE = { cols: 80, rows: 24 }

/** How much of a log is read and parsed at once while a screen is rebuilt. */
const REBUILD_STEP_BYTES = 512 * 1024

/**
 * Draws a screen again from all that the log keeps, at the sizes it had: from the beginning, or else from the first
 * settings it has output after. Answers nothing that the log asks.
 */
export async function rebuildEmulator(
  log: OutputLog,
  size: { cols: number; rows: number } | null,
  onAnswer: (answer: string) => void,
  onSaid: (said: ProgramSaid) => void = () => {},
  onNotice: (signal: ProgramSignal) => void = () => {},
): Promise<Emulator> {
  const { offset: oldest } = await log.read(0, 1)
  const since = oldest === 0 ? undefined : log.settings().find(({ offset }) => offset >= oldest)
  const first = since?.settings ?? log.sizes()[0] ?? size ?? USUAL_SIZE
  const said = since && { title: since.settings.title, status: since.settings.status }
  const emulator = createEmulator(first.cols, first.rows, onAnswer, onSaid, said, onNotice)
  if (since !== undefined) await emulator.write(Buffer.from(since.settings.sequences), false)
  const begin = since?.offset ?? 0
  const changes = log.sizes().filter((change, index) => (since === undefined ? index > 0 : change.offset > begin))
  for (let at = begin; at < log.end(); ) {
    const nextChange = changes[0]?.offset ?? Number.POSITIVE_INFINITY
    const limit = Math.min(REBUILD_STEP_BYTES, Math.max(1, nextChange - at))
    const { offset, data } = await log.read(at, limit)
    if (data.length === 0) break
    await emulator.write(data, false)
    at = offset + data.length
    for (let change = changes[0]; change !== undefined && change.offset <= at; change = changes[0]) {
      emulator.resize(change.cols, change.rows)
      changes.shift()
    }
  }
  if (size !== null) emulator.resize(size.cols, size.rows)
  return emulator
}
