import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { StratavoreError } from './errors'

interface Allowance {
  /** How often within `seconds`. */
  points: number
  seconds: number
}

/**
 * What one user, or one address, may do how often. None is a setting: each is far above what a person or a script does
 * in good faith, and far below what guessing or flooding takes.
 */
export const ALLOWANCES = {
  /** Launches and resumes of one user: as many as we mean to accept in all (100/s); a project's quota bounds what runs. */
  launch: { points: 6_000, seconds: 60 },
  /** Attach tickets of one user: a Wall of nine that reconnects every second stays below. */
  attach: { points: 900, seconds: 60 },
  /** Long-polling sessions of one user: clients of ours never poll, so this is for what stands between. */
  polling: { points: 120, seconds: 60 },
  /**
   * Passwords one user fails to set: the present one is not found out by somebody at a browser that was left open. One
   * that is set counts nothing.
   */
  password: { points: 20, seconds: 15 * 60 },
  /** Searches of one user in transcripts and recordings: each reads a whole one. */
  search: { points: 300, seconds: 60 },
  /** Passkey sign-ins that one address begins: each is a row until it is over. */
  passkey: { points: 60, seconds: 60 },
  /** CLIs of one address that wait for an answer: far from all of those that may wait. */
  device: { points: 60, seconds: 10 * 60 },
  /** What guests of one address ask for: a recording comes page by page, and a whole office may look at one link. */
  share: { points: 1_200, seconds: 60 },
  /** Terminals opened by one link, wherever from: a class that comes back every few seconds. Each is a row of the audit log. */
  shareTicket: { points: 600, seconds: 60 },
  /** Searches by one link, wherever from: each reads a whole recording. */
  shareSearch: { points: 60, seconds: 60 },
} as const satisfies Record<string, Allowance>

export type LimitedAct = keyof typeof ALLOWANCES

/**
 * Counts acts by key, in memory: a restart forgets, which nobody outside can cause. Failed sign-ins are counted where they
 * are made (server/web/sign-in).
 */
export interface Limits {
  /** Counts one act for each key. Throws `rate_limited` when one of them had its allowance. */
  take(act: LimitedAct, keys: readonly string[]): Promise<void>
  /** Takes one act of each key back: it was no such act after all. */
  giveBack(act: LimitedAct, keys: readonly string[]): Promise<void>
}

const TOLD: Record<LimitedAct, string> = {
  launch: 'Too many launches in a short time.',
  attach: 'Too many terminals were attached to in a short time.',
  polling: 'Too many connections in a short time.',
  password: 'The password was given wrong too often in a short time.',
  search: 'Too much was searched in a short time.',
  passkey: 'Too many sign-ins were begun in a short time.',
  device: 'Too many logins were begun in a short time.',
  share: 'Too much was asked of shared links in a short time.',
  shareTicket: 'This link was opened too often in a short time.',
  shareSearch: 'This link was searched too often in a short time.',
}

const refuse = (act: LimitedAct, waitMs: number): StratavoreError => {
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000))
  return new StratavoreError('rate_limited', TOLD[act], { hint: `Try again in ${retryAfterS} s.`, retryAfterS })
}

/** The limits of one process. `allowances` are other than the usual ones in tests only. */
export function createLimits(allowances: Readonly<Record<LimitedAct, Allowance>> = ALLOWANCES): Limits {
  const limiters = Object.fromEntries(
    Object.entries(allowances).map(([act, { points, seconds }]) => [
      act,
      new RateLimiterMemory({ keyPrefix: act, points, duration: seconds }),
    ]),
  ) as Record<LimitedAct, RateLimiterMemory>
  return {
    take: async (act, keys) => {
      for (const key of keys) {
        try {
          await limiters[act].consume(key)
        } catch (spent) {
          if (spent instanceof RateLimiterRes) throw refuse(act, spent.msBeforeNext)
          throw spent
        }
      }
    },
    giveBack: async (act, keys) => {
      for (const key of keys) await limiters[act].reward(key)
    },
  }
}
