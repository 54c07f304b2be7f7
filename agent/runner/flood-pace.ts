import { createFloodGauge } from './flood-gauge'

/** Beside somebody's typing a flood gets so much at once, so often: still more than any eye can follow. */
export const STEP_BYTES = 32 * 1024
export const STEP_MS = 12

/**
 * When the parts of an output may go. A flood takes both cores and every queue on its way, and a key of somebody else then
 * waits in each of them: so a flood makes room while somebody types elsewhere.
 */
export interface FloodPace {
  /** Says of each part, as it comes, whether it belongs to a flood. */
  came(bytes: number): boolean
  /** Milliseconds until more may go. */
  wait(): number
  /** Bytes that may go at once. */
  most(): number
  /** Something went. */
  sent(): void
}

/** `yields`: somebody types elsewhere. `now` in milliseconds of a steady clock. */
export function createFloodPace(yields: () => boolean, now: () => number): FloodPace {
  const isFlood = createFloodGauge(now)
  let flooding = false
  let lastSent = Number.NEGATIVE_INFINITY
  const paced = (): boolean => flooding && yields()
  return {
    came(bytes) {
      flooding = isFlood(bytes)
      return flooding
    },
    wait: () => (paced() ? Math.max(0, Math.ceil(lastSent + STEP_MS - now())) : 0),
    most: () => (paced() ? STEP_BYTES : Number.POSITIVE_INFINITY),
    sent() {
      lastSent = now()
    },
  }
}
