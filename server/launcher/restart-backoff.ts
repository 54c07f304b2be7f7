/** A crash is answered almost at once: who watches a terminal should not notice. */
const FIRST_DELAY_MS = 100
/** One try in this time costs nothing and still heals within seconds once the cause is gone. */
const MAX_DELAY_MS = 10_000
/** Up for this long, it counts as healthy: the next crash is a first one again. */
const HEALTHY_AFTER_MS = 30_000
/** A child that never served and crashed this often will not serve the next time either. */
const MAX_FAILED_STARTS = 3

/** What is remembered of a child between its lives. */
export interface RestartHistory {
  /** Crashes since it was last healthy. */
  crashes: number
  /** It has served at least once since the launcher started. */
  everReady: boolean
}

export const NO_HISTORY: RestartHistory = { crashes: 0, everReady: false }

export type RestartDecision = { kind: 'restart'; delayMs: number; history: RestartHistory } | { kind: 'give-up' }

/** One life of a child that ended without being asked to. `readyForMs` is null when it never got ready. */
export interface EndedLife {
  readyForMs: number | null
}

/** Decides what follows an unexpected exit. Pure. */
export function planRestart(history: RestartHistory, life: EndedLife): RestartDecision {
  const everReady = history.everReady || life.readyForMs !== null
  const healthy = life.readyForMs !== null && life.readyForMs >= HEALTHY_AFTER_MS
  const crashes = healthy ? 1 : history.crashes + 1
  if (!everReady && crashes >= MAX_FAILED_STARTS) return { kind: 'give-up' }
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (crashes - 1), MAX_DELAY_MS)
  return { kind: 'restart', delayMs, history: { crashes, everReady } }
}
