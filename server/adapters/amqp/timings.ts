/** How long the adapter waits for what, in milliseconds unless named otherwise. */
export interface AmqpTimings {
  /** From the first byte to an open connection. */
  connectMs: number
  /** Sent both ways; a peer that was silent for two of them is gone. */
  heartbeatSeconds: number
  /** From publish to the broker's confirm. The library has no limit of its own. */
  confirmMs: number
  /** For the orderly part of closing; after it the connection is cut. */
  closeMs: number
  /** For asking the depths of the queues. */
  depthsMs: number
  /** Before the n-th try (from 1) to connect, or to open a channel, after it went wrong n times. */
  retryDelayMs(failures: number): number
  /** Before a message whose handler threw for the n-th time (from 1) is handed out again. */
  redeliveryDelayMs(failures: number): number
}

const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 15_000
const FIRST_REDELIVERY_MS = 100
const LONGEST_REDELIVERY_MS = 5_000

/** Doubles from `first` to `longest`; half of it is random, so that many clients do not come at once. */
const backoff = (first: number, longest: number, random: () => number) => (failures: number) =>
  Math.min(longest, first * 2 ** Math.min(failures - 1, 30)) * (0.5 + random() / 2)

/** The timings of a running system. */
export const defaultTimings = (random: () => number): AmqpTimings => ({
  connectMs: 10_000,
  heartbeatSeconds: 10,
  confirmMs: 10_000,
  closeMs: 3_000,
  depthsMs: 5_000,
  retryDelayMs: backoff(FIRST_RETRY_MS, LONGEST_RETRY_MS, random),
  redeliveryDelayMs: backoff(FIRST_REDELIVERY_MS, LONGEST_REDELIVERY_MS, random),
})
