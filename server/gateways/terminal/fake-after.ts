import type { After } from './quiet-timer'

/** Timers of a test, which come when it says so. */
export function createFakeAfter() {
  const waiting = new Set<() => void>()
  const after: After = (_ms, action) => {
    waiting.add(action)
    return () => waiting.delete(action)
  }
  return {
    after,
    /** What waits for a time: it has come. */
    pass(): void {
      for (const action of waiting) {
        waiting.delete(action)
        action()
      }
    },
    waits: (): number => waiting.size,
  }
}
