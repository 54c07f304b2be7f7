import { createHash } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { StratavoreError } from '../../core/errors'

/** The try that makes it so many within the window, of one name or from one address, finds the door shut until it is over. */
const MAX_FAILURES = 20
const WINDOW_S = 15 * 60

/** A refusal that says when it is worth trying again. */
class TooManyFailures extends StratavoreError {
  constructor(override readonly retryAfterS: number) {
    super('rate_limited', 'Too many failed tries.', { hint: `Try again in ${Math.ceil(retryAfterS / 60)} minutes.` })
  }
}

/** Counts what fails, so that nobody can go on guessing. */
export interface FailureLimiter {
  /**
   * Does `work` unless one of the keys has failed too often; a rejection with one of our own refusals counts as a failure
   * of each. Success forgets the failures of `proved`, one of the keys; never those of an address, from which somebody who
   * can sign in would go on guessing at others. Throws TooManyFailures.
   */
  guard<T>(keys: readonly string[], work: () => Promise<T>, proved?: string): Promise<T>
}

/** In memory: one web process serves, and starting it anew takes longer than it saves. */
export function createFailureLimiter(name: string): FailureLimiter {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: MAX_FAILURES, duration: WINDOW_S })
  return {
    guard: async (keys, work, proved) => {
      const counted = keys.map(hashed)
      // Counted before it is known to fail: a thousand tries at once are a thousand tries.
      const states = await Promise.all(counted.map((key) => limiter.penalty(key)))
      const shut = states.filter(({ consumedPoints }) => consumedPoints >= MAX_FAILURES)
      if (shut.length > 0) throw new TooManyFailures(Math.max(...shut.map(({ msBeforeNext }) => msBeforeNext)) / 1000)
      try {
        const result = await work()
        await Promise.all(
          keys.map((key) => (key === proved ? limiter.delete(hashed(key)) : limiter.reward(hashed(key)))),
        )
        return result
      } catch (error) {
        if (!(error instanceof StratavoreError)) await Promise.all(counted.map((key) => limiter.reward(key)))
        throw error
      }
    },
  }
}

/** What people type into a name field may be a password: it is not kept as it is. */
const hashed = (key: string): string => createHash('sha256').update(key).digest('base64')
