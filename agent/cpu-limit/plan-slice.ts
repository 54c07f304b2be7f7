/** Runs and stands still once in this time: short, so that a key that is typed acts soon. */
export const PERIOD_MS = 200
/** A shorter run is not worth the signals: it is saved up for. */
const LEAST_RUN_MS = 10
/** What is not used is kept for so long, so that short bursts of an idle program go unhindered. */
const SAVED_MS = 500
/** The longest that a tree stands still for what it used too much: then a terminal answers again. */
const OWED_MS = 2_000

/** What a limited tree may still use and how fast it uses it. */
export interface SliceState {
  /** CPU milliseconds; below 0: used too much. */
  creditMs: number
  /** CPU milliseconds per millisecond of running: 2 is two cores. */
  rate: number
}

export const FRESH_SLICE: SliceState = { creditMs: 0, rate: 0 }

/** What was measured since the plan before, milliseconds. */
export interface Measured {
  elapsedMs: number
  /** Of this time the tree was allowed to run. */
  ranMs: number
  usedMs: number
}

/**
 * For how long a tree may run in the coming period: all of it while it keeps within its share (1 is one core) by itself,
 * nothing while it has to make up for what it used. What was measured corrects every plan, so that the share is kept over
 * seconds whatever the tree does in between. Pure.
 */
export function planSlice(before: SliceState, measured: Measured, share: number): { runMs: number; state: SliceState } {
  const { elapsedMs, ranMs, usedMs } = measured
  const creditMs = Math.max(-share * OWED_MS, Math.min(share * SAVED_MS, before.creditMs + share * elapsedMs - usedMs))
  const rate = ranMs < LEAST_RUN_MS ? before.rate : (before.rate + usedMs / ranMs) / 2
  const mayUseMs = creditMs + share * PERIOD_MS
  // One that uses nothing may run; what it then does is seen after the period.
  const runMs = rate === 0 ? PERIOD_MS : Math.min(PERIOD_MS, mayUseMs / rate)
  if (runMs >= LEAST_RUN_MS) return { runMs, state: { creditMs, rate } }
  // Of many cores even the shortest run may use more than can be saved up: it comes all the same, and is made up for.
  const isSavedUp = creditMs >= share * SAVED_MS
  return { runMs: isSavedUp ? LEAST_RUN_MS : 0, state: { creditMs, rate } }
}
