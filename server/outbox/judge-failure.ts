import type { PublishFailure } from '../core/ports/broker'

/** Longest wait after the first failure, and after any. */
const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 60_000
/** Doublings that reach the longest delay; more would overflow. */
const MAX_DOUBLINGS = 16

/** Failures that may be the message's own fault. Only so many of them are put up with. */
const REFUSALS: ReadonlySet<PublishFailure> = new Set(['nacked', 'returned', 'timeout', 'channel_closed'])

/** What becomes of an event that was not delivered. `refused`: the failure counts towards parking it. */
export type Verdict = { kind: 'retry'; refused: boolean; delayMs: number } | { kind: 'dead'; refused: true }

/**
 * Judges a failed attempt. `attempts` and `refusals` are from before it; `random` is in [0, 1). Delays grow twofold with
 * full jitter, so that events that failed together do not come again together. A broker that is away or takes nothing
 * never parks an event, however long that lasts.
 */
export function judgeFailure(
  failure: PublishFailure,
  before: { attempts: number; refusals: number },
  maxRefusals: number,
  random: number,
): Verdict {
  const refused = REFUSALS.has(failure)
  if (refused && before.refusals + 1 >= maxRefusals) return { kind: 'dead', refused }
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(before.attempts, MAX_DOUBLINGS))
  // Never at once: a failure that repeats must not become a loop.
  return { kind: 'retry', refused, delayMs: Math.max(1, Math.ceil(longest * random)) }
}
