import { expect, it } from 'vitest'
import { StratavoreError } from '../../core/errors'
import { createFailureLimiter } from './failure-limiter'

const refuse = () => Promise.reject(new StratavoreError('unauthenticated', 'wrong'))
const codesOf = async (tries: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(tries)).map((result) => (result.status === 'fulfilled' ? 'in' : String(result.reason.code)))

it('shuts the door at the twentieth failure, also of tries at once, and says for how long', async () => {
  const limiter = createFailureLimiter('t')
  const codes = await codesOf(Array.from({ length: 30 }, () => limiter.guard(['name a'], refuse)))
  expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(19)
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(11)
  const refused = await limiter.guard(['name a'], () => Promise.resolve('in')).catch((error) => error)
  expect(refused.code).toBe('rate_limited')
  expect(refused.retryAfterS).toBeGreaterThan(0)
  expect(refused.retryAfterS).toBeLessThanOrEqual(15 * 60)
  expect(await limiter.guard(['name b'], () => Promise.resolve('in'))).toBe('in')
})

it('counts by each key', async () => {
  const limiter = createFailureLimiter('t')
  const names = Array.from({ length: 25 }, (_, index) => index)
  const codes = await codesOf(names.map((index) => limiter.guard([`name ${index}`, 'address x'], refuse)))
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(6)
})

it('forgets what failed once it succeeds, and counts no success and no trouble of ours', async () => {
  const limiter = createFailureLimiter('t')
  const keys = ['name a', 'address x'] as const
  await codesOf(Array.from({ length: 15 }, () => limiter.guard(keys, refuse)))
  const broken = () => Promise.reject(new Error('the database is away'))
  for (let index = 0; index < 10; index++) await expect(limiter.guard(keys, broken)).rejects.toThrow('away')
  for (let index = 0; index < 10; index++)
    expect(await limiter.guard(keys, () => Promise.resolve('in'), 'name a')).toBe('in')
  // Of this name nothing is left; of the address the fifteen.
  expect(await codesOf(Array.from({ length: 4 }, () => limiter.guard(keys, refuse)))).not.toContain('rate_limited')
  expect(await codesOf([limiter.guard(keys, refuse)])).toEqual(['rate_limited'])
})

it('keeps the failures of an address whatever succeeds from it', async () => {
  const limiter = createFailureLimiter('t')
  await codesOf(Array.from({ length: 19 }, () => limiter.guard(['address x'], refuse)))
  expect(await codesOf([limiter.guard(['address x'], () => Promise.resolve('in'))])).toEqual(['rate_limited'])
  await codesOf(Array.from({ length: 18 }, () => limiter.guard(['address y'], refuse)))
  expect(await limiter.guard(['address y'], () => Promise.resolve('in'))).toBe('in')
  expect(await codesOf([limiter.guard(['address y'], refuse), limiter.guard(['address y'], refuse)])).toEqual([
    'unauthenticated',
    'rate_limited',
  ])
})
