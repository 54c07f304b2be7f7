import { isFinal, readApiFailure } from '@/client/api/api-failure'
import { reconnectDelay } from '@/client/terminal/reconnect-delay'
import { type Scheduler, systemScheduler } from '@/client/terminal/scheduler'
import type { CastEvent, RecordingPage } from '@/contracts/recording/recording'

/** A recording that still grows is read on so often. */
const FOLLOW_EVERY_MS = 3000
/** Characters of output a page keeps; a browser's tab holds no more of it in comfort. */
const MAX_LOADED_LENGTH = 64 * 1024 * 1024

export interface LoadedRecording {
  /** Pages as they came; each is given to the player once. */
  pages: readonly (readonly CastEvent[])[]
  /** Second of the newest event that is loaded. */
  loadedUntil: number
  /** All there is so far is here. */
  complete: boolean
  /** It is longer than what a page can hold. */
  cut: boolean
  problem: string | null
}

/** Before anything is read. */
export const NOTHING_LOADED: LoadedRecording = { pages: [], loadedUntil: 0, complete: false, cut: false, problem: null }

export interface RecordingWindowOptions {
  read(cursor: string | null): Promise<RecordingPage>
  growing: boolean
  onChange(loaded: LoadedRecording): void
  scheduler?: Scheduler
  /** [0, 1), spreads what is asked again. */
  random?: () => number
}

/** The part of a recording that is held here: read page by page, and what is added to it while it grows. */
export interface RecordingWindow {
  stop(): void
}

/** Begins to read at once, and goes on after every failure that may pass. */
export function openRecordingWindow(options: RecordingWindowOptions): RecordingWindow {
  const { scheduler = systemScheduler, random = Math.random } = options
  let loaded = NOTHING_LOADED
  let over = false
  let length = 0
  let failures = 0
  let cancel: (() => void) | null = null

  function tell(change: Partial<LoadedRecording>): void {
    loaded = { ...loaded, ...change }
    options.onChange(loaded)
  }

  function later(milliseconds: number, cursor: string | null): void {
    cancel = scheduler.after(milliseconds, () => void read(cursor))
  }

  function refused(error: unknown, cursor: string | null): void {
    const failure = readApiFailure(error)
    tell({ problem: failure.message })
    if (isFinal(failure)) return
    later(reconnectDelay(failures, random), cursor)
    failures += 1
  }

  function take(page: RecordingPage): void {
    failures = 0
    for (const [, , data] of page.events) length += data.length
    tell({
      pages: page.events.length === 0 ? loaded.pages : [...loaded.pages, page.events],
      loadedUntil: page.events.at(-1)?.[0] ?? loaded.loadedUntil,
      complete: !page.more,
      cut: page.more && length > MAX_LOADED_LENGTH,
      problem: null,
    })
  }

  async function read(from: string | null): Promise<void> {
    let cursor = from
    for (let more = true; more; ) {
      try {
        const page = await options.read(cursor)
        if (over) return
        take(page)
        cursor = page.cursor
        more = page.more
        if (loaded.cut) return
      } catch (error) {
        if (!over) refused(error, cursor)
        return
      }
    }
    if (options.growing) later(FOLLOW_EVERY_MS, cursor)
  }

  tell({})
  void read(null)
  return {
    stop() {
      over = true
      cancel?.()
    },
  }
}
