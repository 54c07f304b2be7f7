import { createHash } from 'node:crypto'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { StratavoreError } from '../../core/errors'

const WINDOW_S = 15 * 60

/** What tries are counted by. The one that makes it `most` within the window finds the door shut until that is over. */
export interface Counted {
  key: string
  most: number
  /** For whom the door stays open all the same; asked only where no other key has shut it. */
  unless?: () => Promise<boolean>
}

/** A refusal that says when it is worth trying again. */
class TooManyFailures extends StratavoreError {
  constructor(override readonly retryAfterS: number) {
    super('rate_limited', 'Too many failed tries.', { hint: `Try again in ${Math.ceil(retryAfterS / 60)} minutes.` })
  }
}

/** Counts what fails, so that nobody can go on guessing. */
export interface FailureLimiter {
  /**
   * Does `work` unless one of the keys, narrowest first, has failed too often; a rejection with one of our own refusals counts as a failure
   * of each. Success forgets the failures of those in `proved`; never those of an address, from which somebody who can sign
   * in would go on guessing at others. Throws TooManyFailures.
   */
  guard<T>(by: readonly Counted[], work: () => Promise<T>, proved?: readonly Counted[]): Promise<T>
}

/** In memory: one web process serves, and starting it anew takes longer than it saves. */
export function createFailureLimiter(name: string): FailureLimiter {
  // Whether it was too often is judged here, by each key's own number.
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: Number.MAX_SAFE_INTEGER, duration: WINDOW_S })
  return {
    guard: async (by, work, proved = []) => {
      // Counted before it is known to fail: a thousand tries at once are a thousand tries. One after the other, as what one
      // key refuses is no try at the next: from one address nobody shuts a name to all.
      const states: (Counted & { state: RateLimiterRes })[] = []
      for (const one of by) {
        const state = await limiter.penalty(hashed(one.key))
        states.push({ ...one, state })
        if (state.consumedPoints >= one.most && one.unless === undefined) break
      }
      const shut = states.filter(({ state, most }) => state.consumedPoints >= most)
      const unless = shut.map((one) => one.unless)
      const stays =
        unless.every((ask) => ask !== undefined) && (await Promise.all(unless.map((ask) => ask()))).every(Boolean)
      if (!stays) throw new TooManyFailures(Math.max(...shut.map(({ state }) => state.msBeforeNext)) / 1000)
      try {
        const result = await work()
        await Promise.all(
          by.map((one) => (proved.includes(one) ? limiter.delete(hashed(one.key)) : limiter.reward(hashed(one.key)))),
        )
        return result
      } catch (error) {
        if (!(error instanceof StratavoreError)) await Promise.all(by.map(({ key }) => limiter.reward(hashed(key))))
        throw error
      }
    },
  }
}

/** What people type into a name field may be a password: it is not kept as it is. */
const hashed = (key: string): string => createHash('sha256').update(key).digest('base64')
