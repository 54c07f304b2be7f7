import { type CastEvent, sizeOfEvent } from '@/contracts/recording/recording'
import type { TerminalSize } from '@/contracts/terminal/terminal'

export interface PlayerOptions {
  /** From the beginning, each time it is called. */
  open(): AsyncIterable<CastEvent>
  write(text: string): Promise<void>
  /** What is written from now on was drawn for this size. */
  resize(size: TerminalSize): void
  /** An empty screen, before it is drawn again from the beginning. */
  clear(): void
  /** Resolves after `ms`, or when `signal` is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Milliseconds that only grow. */
  monotonicMs(): number
  /** Times as fast as it was. */
  speed: number
  /** Seconds that a pause takes at most. */
  idleLimit: number
}

/** Plays a recording, in its own time or as it is told. */
export interface Player {
  /** Resolves when it has been played to its end, or was stopped. What lies before `from` seconds is drawn at once. */
  play(from: number): Promise<void>
  togglePause(): void
  /** Goes on so many seconds later, or earlier when negative. */
  seek(seconds: number): void
  stop(): void
}

export function createPlayer(options: PlayerOptions): Player {
  const { speed, idleLimit } = options
  let position = 0
  let isPaused = false
  let isStopped = false
  let wanted: number | null = null
  let wake = new AbortController()

  function changed(): void {
    wake.abort()
    wake = new AbortController()
  }

  /** Waits until it is time for `at`; returns early when something else is wanted. */
  async function waitFor(at: number): Promise<void> {
    position = Math.max(position, at - idleLimit)
    while (position < at && !isStopped && wanted === null) {
      const began = options.monotonicMs()
      const { signal } = wake
      const wasPaused = isPaused
      await options.wait(wasPaused ? Number.POSITIVE_INFINITY : ((at - position) / speed) * 1000, signal)
      if (wasPaused) continue
      const passed = ((options.monotonicMs() - began) / 1000) * speed
      position = signal.aborted ? Math.min(at, position + passed) : at
    }
  }

  /** Plays on from the beginning, at once up to `target`; where to begin anew, or null at the end. */
  async function playUpTo(target: number): Promise<number | null> {
    let atOnceUpTo = target
    position = target
    for await (const [at, code, data] of options.open()) {
      if (at > atOnceUpTo) await waitFor(at)
      while (wanted !== null) {
        const to: number = wanted
        wanted = null
        if (to < position) return to
        atOnceUpTo = to
        position = to
        if (at > atOnceUpTo) await waitFor(at)
      }
      if (isStopped) return null
      if (code === 'o') await options.write(data)
      const size = sizeOfEvent([at, code, data])
      if (size !== null) options.resize(size)
    }
    return null
  }

  return {
    async play(from) {
      for (let target: number | null = from; target !== null && !isStopped; ) {
        options.clear()
        target = await playUpTo(target)
      }
    },
    togglePause() {
      isPaused = !isPaused
      changed()
    },
    seek(seconds) {
      wanted = Math.max(0, (wanted ?? position) + seconds)
      changed()
    },
    stop() {
      isStopped = true
      changed()
    },
  }
}
