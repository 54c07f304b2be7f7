/** First retry comes at once to the eye: most breaks are a restart of the daemon. */
const FIRST_DELAY_MS = 200
/** A client never waits longer than this, so that a healed connection is noticed soon. */
const MAX_DELAY_MS = 5_000

/**
 * Milliseconds to wait before retry number `attempt` (0 for the first): doubling, capped, and spread over the upper
 * half so that many clients of a restarted daemon do not come back in one instant. `random` gives [0, 1).
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16))
  return Math.round(ceiling * (0.5 + random() / 2))
}
