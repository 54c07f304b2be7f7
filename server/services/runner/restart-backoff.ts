/** First delay before a failed runner is started again; it doubles up to the cap. */
export const RESTART_BACKOFF_FIRST_MS = 1_000
export const RESTART_BACKOFF_CAP_MS = 60_000
/** A runner that lived this long was healthy: its next failure counts as the first. */
export const RESTART_HEALTHY_AFTER_MS = 5 * 60_000

/** Milliseconds to wait before restart number `restartCount` (0 for the first). */
export const restartDelayMs = (restartCount: number): number =>
  Math.min(RESTART_BACKOFF_CAP_MS, RESTART_BACKOFF_FIRST_MS * 2 ** Math.min(restartCount, 16))
