/** Rows that another process wrote, and times that came, are found by looking this often. */
export const POLL_MS = 5_000

/** Work that is looked for again and again. */
export interface WorkLoop {
  /** There may be something to do: look now. */
  wake(): void
  /** Resolves when a look that begins after this call is over. */
  runNow(): Promise<void>
  /** Begins no look any more, and waits for the one under way. */
  stop(): Promise<void>
}

/** Runs `round` again and again: when woken, and after the milliseconds it returns. One at a time. */
export function startWorkLoop(round: () => Promise<number>, failed: (error: unknown) => void): WorkLoop {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let queued = false
  let stopped = false

  const run = async (): Promise<void> => {
    queued = false
    if (stopped) return
    let waitMs = POLL_MS
    try {
      waitMs = await round()
    } catch (error) {
      failed(error)
    }
    if (timer) clearTimeout(timer)
    if (!stopped) timer = setTimeout(wake, waitMs)
  }
  const wake = (): void => {
    if (queued || stopped) return
    queued = true
    running = running.then(run)
  }
  wake()
  return {
    wake,
    runNow: () => {
      running = running.then(run)
      return running
    },
    stop: async () => {
      stopped = true
      if (timer) clearTimeout(timer)
      await running
    },
  }
}
