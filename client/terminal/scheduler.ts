/** Time as the terminal link needs it; injected so that tests need no waiting. */
export interface Scheduler {
  /** Runs `action` once after `milliseconds`; the returned function cancels it. */
  after(milliseconds: number, action: () => void): () => void
}

/** The process's own timers. */
export const systemScheduler: Scheduler = {
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds)
    return () => clearTimeout(timer)
  },
}
