import type { Scheduler } from '../core/scheduler'

/** When runners are to be looked at again. */
export interface RetryTimers {
  /** At the latest after `ms` milliseconds: an earlier time that is set already stays. */
  wakeIn(runnerId: string, ms: number): void
  /** It is being looked at: what was set is forgotten. */
  cancel(runnerId: string): void
  cancelAll(): void
}

/** One timer per runner, however often it fails: a timer per failure would make each failure cause more of them. */
export function createRetryTimers(
  scheduler: Scheduler,
  monotonicMs: () => number,
  due: (runnerId: string) => void,
): RetryTimers {
  const timers = new Map<string, { dueMs: number; cancel: () => void }>()
  const cancel = (runnerId: string) => {
    timers.get(runnerId)?.cancel()
    timers.delete(runnerId)
  }
  return {
    wakeIn: (runnerId, ms) => {
      const dueMs = monotonicMs() + ms
      const set = timers.get(runnerId)
      if (set && set.dueMs <= dueMs) return
      cancel(runnerId)
      const work = () => {
        timers.delete(runnerId)
        due(runnerId)
      }
      timers.set(runnerId, { dueMs, cancel: scheduler.after(ms, work) })
    },
    cancel,
    cancelAll: () => {
      for (const id of [...timers.keys()]) cancel(id)
    },
  }
}
