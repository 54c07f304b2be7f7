import type { PlacedDetail } from '../services/runner/read-live-details'

/** News that come within this are read together. */
const GATHER_MS = 20

/** What changes too often to be an event, for pages that are open now. */
export interface LiveDetails {
  /** Each change from now on, the newest per runner; ends when the signal aborts. */
  follow(signal: AbortSignal): AsyncGenerator<PlacedDetail>
}

/**
 * Reads what has changed once, however many pages follow. `notify`: this runner's detail has changed. A read that fails
 * is dropped: a page that lacks a detail gets the next one.
 */
export function createLiveDetails(options: {
  read(ids: readonly string[]): Promise<PlacedDetail[]>
  failed(error: unknown): void
}): LiveDetails & { notify(runnerId: string): void } {
  const followers = new Set<(details: readonly PlacedDetail[]) => void>()
  let changed = new Set<string>()

  async function read(): Promise<void> {
    const ids = [...changed]
    changed = new Set()
    try {
      const details = await options.read(ids)
      for (const tell of followers) tell(details)
    } catch (error) {
      options.failed(error)
    }
  }

  return {
    notify(runnerId) {
      if (followers.size === 0) return
      if (changed.size === 0) setTimeout(() => void read(), GATHER_MS)
      changed.add(runnerId)
    },
    async *follow(signal) {
      // At most one per runner: a page that is slow gets the newest only.
      const waiting = new Map<string, PlacedDetail>()
      let wake = () => {}
      const tell = (details: readonly PlacedDetail[]): void => {
        for (const placed of details) waiting.set(placed.detail.runnerId, placed)
        wake()
      }
      const onAbort = () => wake()
      followers.add(tell)
      signal.addEventListener('abort', onAbort)
      try {
        while (!signal.aborted) {
          const [first] = waiting
          if (first === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
            continue
          }
          waiting.delete(first[0])
          yield first[1]
        }
      } finally {
        followers.delete(tell)
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}
