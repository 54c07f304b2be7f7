import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 25

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
    await delay(POLL_MS)
  }
}
