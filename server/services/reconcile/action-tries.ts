import type { ReconcileAction } from './reconcile-action'

/** Delays between tries of an action that fails: at once again when an agent was only busy, later more rarely. */
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000]

/** What is known of an action that has been tried and has not led to what it is for. */
export interface ActionTry {
  /** When it was first performed, or when counting last began anew; in the milliseconds of `nowMs`. */
  firstMs: number
  failures: number
  lastError: string | null
}

/** Names one thing that is tried until it is done: the same runner's next life is another one. */
export const tryKey = (kind: ReconcileAction['kind'], runnerId: string, epoch: number): string =>
  `${kind}:${runnerId}:${epoch}`

/** Remembers, in this process, how often and since when an action is tried. */
export interface ActionTries {
  /** The time that tries are judged by. */
  nowMs(): number
  all(): ReadonlyMap<string, ActionTry>
  began(key: string): void
  /** Returns after how many milliseconds to try again. */
  failed(key: string, error: unknown): number
  /** From now on time counts anew, for all: until now an agent may not have been able to do what it was asked. */
  countAnew(): void
  /** Forgets all that are not among these: what need not be done any more begins anew when it must be again. */
  keepOnly(keys: ReadonlySet<string>, concerns: (key: string) => boolean): void
}

/** Nothing tried yet. `nowMs` counts the time in which agents could be heard: no other may count against a try. */
export function createActionTries(nowMs: () => number): ActionTries {
  const tries = new Map<string, ActionTry>()
  const entry = (key: string): ActionTry => {
    const known = tries.get(key)
    if (known) return known
    const fresh = { firstMs: nowMs(), failures: 0, lastError: null }
    tries.set(key, fresh)
    return fresh
  }
  return {
    nowMs,
    all: () => tries,
    began: (key) => void entry(key),
    failed: (key, error) => {
      const found = entry(key)
      found.failures += 1
      found.lastError = error instanceof Error ? error.message : String(error)
      return RETRY_MS[Math.min(found.failures, RETRY_MS.length) - 1] ?? 0
    },
    countAnew: () => {
      for (const known of tries.values()) known.firstMs = nowMs()
    },
    keepOnly: (keys, concerns) => {
      for (const key of tries.keys()) if (concerns(key) && !keys.has(key)) tries.delete(key)
    },
  }
}
