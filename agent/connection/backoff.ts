/** First wait after a lost connection: a daemon that restarts is back within a second. */
const FIRST_WAIT_MS = 100
/** Longest wait: an agent is found again this soon after any outage. */
const LAST_WAIT_MS = 5_000

export interface Backoff {
  /** Milliseconds to wait before the next try: doubles up to a cap, with half of it random so that agents spread. */
  next(): number
  reset(): void
}

/** `random` gives numbers in [0, 1). */
export function createBackoff(random: () => number): Backoff {
  let waitMs = FIRST_WAIT_MS
  return {
    next() {
      const wait = waitMs / 2 + (waitMs / 2) * random()
      waitMs = Math.min(waitMs * 2, LAST_WAIT_MS)
      return wait
    },
    reset() {
      waitMs = FIRST_WAIT_MS
    },
  }
}
