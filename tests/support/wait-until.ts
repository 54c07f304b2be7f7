import { setTimeout as delay } from 'node:timers/promises'

/** Looks come ever later: each may be a request through every process, and whoever waits for long wants it to go on. */
const FIRST_POLL_MS = 20
const SLOWER = 1.3
const MAX_POLL_MS = 200

/**
 * Waits until `look` returns something other than undefined or false, and returns it. Throws, with `what` in the
 * message, when `timeoutMs` have passed. An error thrown by `look` counts as "not yet" and is the cause in the end.
 */
export async function waitUntil<T>(
  what: string,
  look: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  let pollMs = FIRST_POLL_MS
  for (;;) {
    try {
      const seen = await look()
      // The two values that mean "not yet" are excluded here.
      if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: lastError })
    await delay(pollMs)
    pollMs = Math.min(MAX_POLL_MS, pollMs * SLOWER)
  }
}
