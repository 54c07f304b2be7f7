import { isFinal, readApiFailure } from '@/client/api/api-failure'
import { reconnectDelay } from '@/client/terminal/reconnect-delay'
import { type Scheduler, systemScheduler } from '@/client/terminal/scheduler'
import type { CastEvent, RecordingPage } from '@/contracts/recording/recording'

/** A recording that still grows is read on so often. */
const FOLLOW_EVERY_MS = 3000
/** Characters of output that are held; a browser's tab holds no more of it in comfort. */
const MAX_LOADED_LENGTH = 64 * 1024 * 1024

export interface LoadedRecording {
  /** Grows each time another part is read: its pages follow on nothing that was there before. */
  part: number
  /** Pages as they came; each is given to the player once. */
  pages: readonly (readonly CastEvent[])[]
  /** The earliest second that can be shown. */
  loadedFrom: number
  /** Second of the newest event that is loaded. */
  loadedUntil: number
  /** Second of the newest event that is known of. */
  knownUntil: number
  /** All there is so far, from `loadedFrom` on, is here. */
  complete: boolean
  /** What comes after cannot be had. */
  cut: boolean
  problem: string | null
}

/** Before anything is read. */
export const NOTHING_LOADED: LoadedRecording = {
  part: 0,
  pages: [],
  loadedFrom: 0,
  loadedUntil: 0,
  knownUntil: 0,
  complete: false,
  cut: false,
  problem: null,
}

export interface RecordingWindowOptions {
  /** As a ReplaySource reads one life. */
  read(cursor: string | null, from: number | null): Promise<RecordingPage>
  growing: boolean
  onChange(loaded: LoadedRecording): void
  scheduler?: Scheduler
  /** [0, 1), spreads what is asked again. */
  random?: () => number
  /** Characters that are held at most, and a page. */
  maxLength?: number
}

/**
 * The part of a recording that is held here: read page by page, and what is added to it while it grows. Of one that is
 * too long to be held, the part around what is shown.
 */
export interface RecordingWindow {
  /** This second is to be shown: where it is in no part that is held, another one is read. */
  want(at: number): void
  stop(): void
}

/** Begins to read at once, and goes on after every failure that may pass. */
export function openRecordingWindow(options: RecordingWindowOptions): RecordingWindow {
  const { scheduler = systemScheduler, random = Math.random, maxLength = MAX_LOADED_LENGTH } = options
  let loaded = NOTHING_LOADED
  let begunFor: number | null = null
  // Tells an answer to what was asked for another part.
  let generation = 0
  let isFull = false
  let length = 0
  let failures = 0
  let cancel: (() => void) | null = null

  function tell(change: Partial<LoadedRecording>): void {
    loaded = { ...loaded, ...change }
    options.onChange(loaded)
  }

  function later(milliseconds: number, cursor: string | null): void {
    const mine = generation
    cancel = scheduler.after(milliseconds, () => void read(mine, cursor))
  }

  function refused(error: unknown, cursor: string | null): void {
    const failure = readApiFailure(error)
    tell({ problem: failure.message })
    if (isFinal(failure)) return
    later(reconnectDelay(failures, random), cursor)
    failures += 1
  }

  function take({ events, more }: RecordingPage): void {
    failures = 0
    const [first, last] = [events[0], events.at(-1)]
    if (first === undefined || last === undefined) {
      tell({ complete: !more, problem: null })
      return
    }
    const knownUntil = Math.max(loaded.knownUntil, last[0])
    if (isFull) {
      // It has grown past what is held: that there is more is all that is kept of it.
      tell({ knownUntil, complete: false, problem: null })
      return
    }
    for (const [, , data] of events) length += data.length
    isFull = length > maxLength
    tell({
      pages: [...loaded.pages, events],
      loadedFrom: Math.min(loaded.loadedFrom, first[0]),
      loadedUntil: last[0],
      knownUntil,
      complete: !more,
      problem: null,
    })
  }

  async function read(mine: number, after: string | null): Promise<void> {
    let cursor = after
    for (let more = true; more; ) {
      try {
        const page = await options.read(cursor, cursor === null ? begunFor : null)
        if (mine !== generation) return
        take(page)
        cursor = page.cursor
        more = page.more
        if (isFull && !loaded.complete) return
      } catch (error) {
        if (mine === generation) refused(error, cursor)
        return
      }
    }
    if (options.growing) later(FOLLOW_EVERY_MS, cursor)
  }

  function stop(): void {
    generation += 1
    cancel?.()
    cancel = null
  }

  /** Reads another part: the first, or the one that shows the second `from`. */
  function begin(from: number | null): void {
    stop()
    begunFor = from
    isFull = false
    length = 0
    failures = 0
    const { part, knownUntil } = loaded
    const at = from ?? 0
    tell({ ...NOTHING_LOADED, part: part + 1, loadedFrom: at, loadedUntil: at, knownUntil })
    void read(generation, null)
  }

  begin(null)
  return {
    want(at) {
      const isBeyond = isFull && !loaded.complete && at >= loaded.loadedUntil
      if (at < loaded.loadedFrom) begin(at)
      else if (!isBeyond || loaded.cut) return
      else if ((begunFor ?? -1) < loaded.loadedUntil) begin(at)
      // What was asked for is not in what came: an agent that knows nothing of parts.
      else tell({ cut: true })
    },
    stop,
  }
}
