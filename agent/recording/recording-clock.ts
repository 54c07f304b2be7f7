export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Milliseconds that only grow. */
  monotonicMs(): number
  /** Runs `work` after `ms`; returns what calls it off. */
  after(ms: number, work: () => void): () => void
}

/**
 * Seconds since a recording began, in whole milliseconds. They never go back: not when the machine's clock is set, and
 * not below `atLeast`, where an earlier process left off.
 */
export function recordingTime(clock: Clock, startedAt: number, atLeast: number): () => number {
  const base = Math.max(atLeast * 1000, clock.now() - startedAt)
  const begin = clock.monotonicMs()
  return () => Math.round(base + clock.monotonicMs() - begin) / 1000
}
