import type { PublishFailure } from '../core/ports/broker'

/** What became of one claimed batch. Counts are of events. */
export interface BatchOutcome {
  claimed: number
  published: number
  /** Refused or not confirmed, by why; kinds that did not occur are left out. */
  failedByKind: Partial<Record<PublishFailure, number>>
  /** Behind a failed event of the same aggregate, or out of time: untouched. */
  notAttempted: number
  /** Of the failed: parked as dead now. */
  deadNow: number
  /** From before the claim to after the commit. */
  batchSeconds: number
  /** From the call of publish to the broker's confirm, of each published event. */
  confirmSeconds: readonly number[]
  /** From the change's time to the broker's confirm, of each published event. */
  publishSeconds: readonly number[]
  /** How often each published event was tried, this time included. */
  attempts: readonly number[]
}

/** Is told what the publisher does: the metrics. Must not throw. */
export interface PublisherObserver {
  /** A batch was marked and committed. */
  batch(outcome: BatchOutcome): void
  /** A batch did not get to its commit; what was published of it is published again later. */
  batchFailed(error: unknown): void
}

/** Is told how pruning goes. Must not throw. */
export interface PrunerObserver {
  pruned(deleted: { events: number; consumed: number }): void
  failed(error: unknown): void
}
