/** When a runner that was asked to end is killed. */
export interface KillDeadline {
  /** Kills in `graceMs` milliseconds at the latest. Asked again, it only ever comes earlier; once over, it kills again. */
  within(graceMs: number): void
  /** It has ended: nothing is to be killed any more. */
  clear(): void
}

/** No deadline yet. `kill` gets the grace that has run out, in milliseconds. */
export function createKillDeadline(kill: (graceMs: number) => void): KillDeadline {
  let killAt = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | null = null
  let given = 0

  return {
    within(graceMs) {
      // The monotonic clock: a clock that is set must not put a kill off.
      const now = performance.now()
      if (now >= killAt) return kill(given)
      if (now + graceMs >= killAt) return
      killAt = now + graceMs
      given = graceMs
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(() => kill(graceMs), graceMs)
    },
    clear() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}
