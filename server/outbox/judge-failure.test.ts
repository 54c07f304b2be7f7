import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PublishFailure } from '../core/ports/broker'
import { judgeFailure } from './judge-failure'

const failure = fc.constantFrom<PublishFailure>(
  'nacked',
  'returned',
  'timeout',
  'channel_closed',
  'connection_lost',
  'blocked',
)
const count = fc.integer({ min: 0, max: 5_000 })
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const notOfTheMessage = (kind: PublishFailure) => kind === 'connection_lost' || kind === 'blocked'

it('parks exactly when a refusal is the last one allowed', () => {
  fc.assert(
    fc.property(
      failure,
      count,
      count,
      fc.integer({ min: 1, max: 1_000 }),
      random,
      (kind, attempts, refusals, max, r) => {
        const verdict = judgeFailure(kind, { attempts, refusals }, max, r)
        expect(verdict.kind).toBe(!notOfTheMessage(kind) && refusals + 1 >= max ? 'dead' : 'retry')
        expect(verdict.refused).toBe(!notOfTheMessage(kind))
      },
    ),
  )
})

it('waits more than nothing and at most a minute, less than a second after the first failure', () => {
  fc.assert(
    fc.property(failure, count, random, (kind, attempts, r) => {
      const verdict = judgeFailure(kind, { attempts, refusals: 0 }, 1_000_000, r)
      if (verdict.kind !== 'retry') throw new Error('parked too early')
      expect(verdict.delayMs).toBeGreaterThanOrEqual(1)
      expect(verdict.delayMs).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** Math.min(attempts, 20)))
    }),
  )
})

it('doubles the range of the delay until it is a minute', () => {
  const longest = (attempts: number) => judgeFailure('blocked', { attempts, refusals: 0 }, 12, 0.999_999)
  const delays = [0, 1, 2, 5, 6, 100].map((attempts) => longest(attempts))
  expect(delays).toEqual(
    [1_000, 2_000, 4_000, 32_000, 60_000, 60_000].map((delayMs) => ({ kind: 'retry', refused: false, delayMs })),
  )
})
