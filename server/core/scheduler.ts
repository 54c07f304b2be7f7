/** Timers, injected: tests decide when time has passed. */
export interface Scheduler {
  /** Runs `work` once after `ms` milliseconds. Returns what calls it off. */
  after(ms: number, work: () => void): () => void
}

export const systemScheduler: Scheduler = {
  after: (ms, work) => {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
