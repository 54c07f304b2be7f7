import type { BrokerState, BrokerStatus } from '../../core/ports/broker'

/** Keeps a broker's status and tells its changes. */
export interface StatusBoard {
  status(): BrokerStatus
  onStatus(listener: (status: BrokerStatus) => void): () => void
  /** Says how it is now; the same again is not told again. `since` moves when the state does. */
  report(state: BrokerState, error: string | null): void
}

/** A board that starts in `state`. */
export function createStatusBoard(state: BrokerState, now: () => Date): StatusBoard {
  let current: BrokerStatus = { state, since: now(), error: null }
  const listeners = new Set<(status: BrokerStatus) => void>()
  return {
    status: () => current,
    onStatus: (listener) => {
      // Wrapped, so that the same function may listen twice and each stop ends one of them.
      const told = (status: BrokerStatus) => listener(status)
      listeners.add(told)
      return () => void listeners.delete(told)
    },
    report: (state, error) => {
      if (state === current.state && error === current.error) return
      current = { state, since: state === current.state ? current.since : now(), error }
      for (const listener of listeners) listener(current)
    },
  }
}
