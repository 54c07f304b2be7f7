import type { ReconcileAction } from './reconcile-action'

/** Whether an action was performed, or threw: then it is decided again. */
export type ActionOutcome = 'ok' | 'failed'

/** Who counts what reconciliation does. Calls must not throw and cost next to nothing. */
export interface ReconcileObserver {
  /** One action was tried. */
  acted(kind: ReconcileAction['kind'], outcome: ActionOutcome): void
  /** One run is over: of everything, or of the runners that were woken. `seconds` is how long it took. */
  ran(scope: 'all' | 'woken', seconds: number): void
  /** A run could not look at the database at all. */
  runFailed(scope: 'all' | 'woken'): void
}
