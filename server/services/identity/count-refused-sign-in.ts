import type { Database } from '../../db/database'

const HOUR_MS = 3_600_000
/** What is told apart within an hour: whoever comes from more addresses than this is counted as a crowd. */
const MAX_TOLD_APART = 1_000

interface Counted {
  tries: number
  /** Milliseconds of the clock. */
  until: number
}

/** What was tried within the hour, for each process. */
const counts = new WeakMap<Database, Map<string, Counted>>()

/**
 * Counts a try. `told` is what it is counted as: `apart`, or `crowd` where too much is told apart already. Null when it needs
 * no row: the first within an hour has one, the tenth, the hundredth and so on, so that a flood is seen and fills nothing.
 */
export function countRefusedSignIn(
  db: Database,
  nowMs: number,
  keys: { apart: string; crowd: string },
): { told: 'apart' | 'crowd'; tries: number } | null {
  const seen = counts.get(db) ?? new Map<string, Counted>()
  counts.set(db, seen)
  forgetOver(seen, nowMs)
  const told = seen.has(keys.apart) || seen.size < MAX_TOLD_APART ? 'apart' : 'crowd'
  const last = seen.get(keys[told])
  const tries = (last?.tries ?? 0) + 1
  seen.set(keys[told], { tries, until: last?.until ?? nowMs + HOUR_MS })
  return /^10*$/.test(String(tries)) ? { told, tries } : null
}

/** A map keeps its order: what began first is over first. */
function forgetOver(seen: Map<string, Counted>, nowMs: number): void {
  for (const [key, { until }] of seen) {
    if (until > nowMs) return
    seen.delete(key)
  }
}
