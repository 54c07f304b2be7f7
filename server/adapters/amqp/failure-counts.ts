/** Messages whose failures are remembered. Far more than can be failing at once: their number is bounded by prefetch. */
const MAX_REMEMBERED = 10_000

/**
 * How often the handler of a message threw. Kept here because classic queues do not count, and because a quorum queue's
 * count includes deliveries that only a lost connection ended. It starts anew with the process: a message then gets its
 * deliveries once more.
 */
export interface FailureCounts {
  /** Counts one more and returns how many there are. */
  add(id: string): number
  forget(id: string): void
}

/** Forgets the longest unchanged message when there are too many. */
export function createFailureCounts(max = MAX_REMEMBERED): FailureCounts {
  const counts = new Map<string, number>()
  return {
    add: (id) => {
      const count = (counts.get(id) ?? 0) + 1
      counts.delete(id)
      counts.set(id, count)
      const [oldest] = counts.keys()
      if (counts.size > max && oldest !== undefined) counts.delete(oldest)
      return count
    },
    forget: (id) => void counts.delete(id),
  }
}
