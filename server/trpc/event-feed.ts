import type { PlacedEvent } from '../services/event/read-events'

/** Events one read brings; a client that was away catches up in pages of this. */
const PAGE = 200

/** Where streams wait for news. `changed` resolves at the next append, or at once when the signal aborts. */
export interface EventFeed {
  lastSeq(): Promise<number>
  after(seq: number, limit: number): Promise<PlacedEvent[]>
  changed(signal: AbortSignal): Promise<void>
}

/** Wakes everybody who waits, each time `notify` is called. */
export function createNewsBell() {
  const waiting = new Set<() => void>()
  return {
    notify: (): void => {
      for (const wake of [...waiting]) wake()
    },
    next: (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const done = () => {
          waiting.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        waiting.add(done)
        signal.addEventListener('abort', done)
        if (signal.aborted) done()
      }),
  }
}

/**
 * All events after `from`, for ever: first what was missed, then each as it is committed. The wait begins before the
 * read, so nothing can slip in between.
 */
export async function* streamEvents(feed: EventFeed, from: number, signal: AbortSignal): AsyncGenerator<PlacedEvent> {
  let seq = from
  while (!signal.aborted) {
    const news = feed.changed(signal)
    const page = await feed.after(seq, PAGE)
    for (const placed of page) {
      seq = placed.event.seq
      yield placed
    }
    if (page.length < PAGE) await news
  }
}
