/** Waiting times after a failed sending: doubled from the first to the cap, with up to half of it as jitter. */
const FIRST_RETRY_MS = 5_000
const RETRY_CAP_MS = 10 * 60_000
/** What the other side asks for is believed up to this. */
const RETRY_AFTER_CAP_MS = 60 * 60_000
/** Alerts are news, not archives: what could not be sent for this long is given up. */
export const GIVE_UP_AFTER_MS = 24 * 60 * 60_000
/** What was said last at this instant or before is no news any more. */
export const staleBefore = (now: Date): Date => new Date(now.getTime() - GIVE_UP_AFTER_MS)

/** Milliseconds to wait before the next try after `failures` in a row (1 for the first). `random` is in [0, 1). */
export function retryDelayMs(failures: number, afterMs: number | null, random: number): number {
  const full = Math.min(RETRY_CAP_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 16))
  const asked = Math.min(RETRY_AFTER_CAP_MS, Math.max(0, afterMs ?? 0))
  return Math.max(asked, Math.round(full * (0.5 + random / 2)))
}
