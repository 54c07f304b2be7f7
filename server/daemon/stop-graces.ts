/** A stop that takes longer than this is cut short: everything that matters is in rows by then. Less than the launcher's. */
export const STOP_DEADLINE_MS = 12_000

/**
 * The longest that each step of a stop waits for what may hang, one after the other. Together they stay below the
 * deadline, with room for the writes between them, so that a stop that waits for all of them still ends in order.
 */
export const STOP_GRACES = {
  /** Agents that have not answered: what they were asked is decided again by the next daemon. */
  reconcileMs: 3_000,
  /** What is due may still be published. */
  flushMs: 2_000,
  /** Batches under way. */
  batchesMs: 500,
  /** Events that consumers have in hand. */
  consumersMs: 1_000,
  /** The broker's goodbye, and beside it the sending of what is to be told; the next daemon sends the rest. */
  lastWordsMs: 3_000,
} as const
