/** Bytes that may be under way to whoever sets the pace, at least and at most. */
export const MIN_WINDOW_BYTES = 32 * 1024
export const MAX_WINDOW_BYTES = 4 * 1024 * 1024
/** Where a stream begins: enough for a screen at once, and soon more. */
export const FIRST_WINDOW_BYTES = 128 * 1024
/** How much longer than the quickest an acknowledgement may take: so old is what a person sees at most. */
const QUEUE_MS = 16
/** A client acknowledges at least this often: what is marked is acknowledged without waiting for more. */
const MARK_EVERY_BYTES = 16 * 1024

/**
 * How much of a stream may be unacknowledged. It follows the reader: it grows while an acknowledgement comes back about
 * as quickly as it ever did, and shrinks when bytes wait somewhere on the way.
 */
export interface FlowWindow {
  /** Bytes. */
  size(): number
  /** Everything before `end` is on its way. */
  sent(end: number): void
  /** Everything before `offset` is acknowledged. `limited`: more would have been sent, had the window been larger. */
  acknowledged(offset: number, limited: boolean): void
}

/** The window of a stream that begins at `start`. `now` in milliseconds. */
export function createFlowWindow(start: number, now: () => number): FlowWindow {
  let size = FIRST_WINDOW_BYTES
  let quickest = Number.POSITIVE_INFINITY
  let marks: { end: number; at: number }[] = []
  let lastMarked = start
  let sentEnd = start
  let ackedEnd = start
  /** Shrunk for what was sent before this: what comes back of it says nothing about the new size. */
  let judgedFrom = start

  return {
    size: () => size,
    sent(end) {
      sentEnd = end
      if (end - Math.max(lastMarked, ackedEnd) < MARK_EVERY_BYTES) return
      marks.push({ end, at: now() })
      lastMarked = end
    },
    acknowledged(offset, limited) {
      const fresh = offset - ackedEnd
      ackedEnd = offset
      const done = marks.filter((mark) => mark.end <= offset)
      const newest = done.at(-1)
      if (newest === undefined) return
      marks = marks.slice(done.length)
      const took = now() - newest.at
      quickest = Math.min(quickest, took)
      if (took > quickest + QUEUE_MS) {
        if (offset < judgedFrom) return
        size = Math.max(MIN_WINDOW_BYTES, Math.floor(size * 0.7))
        judgedFrom = sentEnd
      } else if (limited && took < quickest + QUEUE_MS / 2) {
        size = Math.min(MAX_WINDOW_BYTES, size + fresh)
      }
    },
  }
}
