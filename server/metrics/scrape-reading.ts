/** A scrape never reads figures older than this, and never more often than this from outside. */
const MAX_AGE_MS = 5_000
/** What takes longer is left to the next scrape: Prometheus itself gives up after 10 s. */
const TIMEOUT_MS = 2_000

/** Figures that are read from outside this process (database, broker) when somebody scrapes. */
export interface ScrapeReading {
  /** Reads again unless it was read just now. Never throws, and takes no longer than its time-out. */
  refresh(): Promise<void>
}

/**
 * Makes `read` something that scrapes can share: one at a time, not too often, never in the way. While it fails or
 * hangs, what was read last stays; `outcome` hears how it went: null when well, else why not.
 */
export function createScrapeReading(
  read: () => Promise<void>,
  options: { monotonicMs(): number; outcome(error: unknown | null): void; timeoutMs?: number },
): ScrapeReading {
  let startedMs = Number.NEGATIVE_INFINITY
  let running: Promise<void> | null = null

  const start = (): Promise<void> => {
    startedMs = options.monotonicMs()
    return read()
      .then(
        () => options.outcome(null),
        (error: unknown) => options.outcome(error),
      )
      .finally(() => {
        running = null
      })
  }

  return {
    refresh: async () => {
      if (running === null && options.monotonicMs() - startedMs < MAX_AGE_MS) return
      running ??= start()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          options.outcome(new Error('no answer in time'))
          resolve()
        }, options.timeoutMs ?? TIMEOUT_MS)
      })
      await Promise.race([running, late])
      clearTimeout(timer)
    },
  }
}
