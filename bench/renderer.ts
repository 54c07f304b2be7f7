/** As fast as a browser's tab draws. */
export const TAB_BYTES_PER_SECOND = 12 * 1024 * 1024

/** The longest that a timer takes, 25 days: whoever is slower than that shows nothing. */
const LONGEST_MS = 2 ** 31 - 1

/** Calls `shown` once so many bytes are drawn by something that draws `bytesPerSecond`, one after the other. */
export function createRenderer(bytesPerSecond: number): (bytes: number, shown: () => void) => void {
  let drawnUntil = 0
  return (bytes, shown) => {
    const now = performance.now()
    drawnUntil = Math.max(now, drawnUntil) + (bytes / bytesPerSecond) * 1000
    if (drawnUntil - now < 1) shown()
    else setTimeout(shown, Math.min(drawnUntil - now, LONGEST_MS)).unref()
  }
}
