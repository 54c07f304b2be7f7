import { expect, it } from 'vitest'
import { StratavoreError } from '../../core/errors'
import { createFailureLimiter } from './failure-limiter'

const refuse = () => Promise.reject(new StratavoreError('unauthenticated', 'wrong'))
const by = (...keys: string[]) => keys.map((key) => ({ key, most: 20 }))
const codesOf = async (tries: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(tries)).map((result) => (result.status === 'fulfilled' ? 'in' : String(result.reason.code)))

it('shuts the door at the twentieth failure, also of tries at once, and says for how long', async () => {
  const limiter = createFailureLimiter('t')
  const codes = await codesOf(Array.from({ length: 30 }, () => limiter.guard(by('name a'), refuse)))
  expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(19)
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(11)
  const refused = await limiter.guard(by('name a'), () => Promise.resolve('in')).catch((error) => error)
  expect(refused.code).toBe('rate_limited')
  expect(refused.retryAfterS).toBeGreaterThan(0)
  expect(refused.retryAfterS).toBeLessThanOrEqual(15 * 60)
  expect(await limiter.guard(by('name b'), () => Promise.resolve('in'))).toBe('in')
})

it('counts by each key', async () => {
  const limiter = createFailureLimiter('t')
  const names = Array.from({ length: 25 }, (_, index) => index)
  const codes = await codesOf(names.map((index) => limiter.guard(by(`name ${index}`, 'address x'), refuse)))
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(6)
})

it('forgets what failed once it succeeds, and counts no success and no trouble of ours', async () => {
  const limiter = createFailureLimiter('t')
  const keys = by('name a', 'address x')
  await codesOf(Array.from({ length: 15 }, () => limiter.guard(keys, refuse)))
  const broken = () => Promise.reject(new Error('the database is away'))
  for (let index = 0; index < 10; index++) await expect(limiter.guard(keys, broken)).rejects.toThrow('away')
  for (let index = 0; index < 10; index++)
    expect(await limiter.guard(keys, () => Promise.resolve('in'), keys.slice(0, 1))).toBe('in')
  // Of this name nothing is left; of the address the fifteen.
  expect(await codesOf(Array.from({ length: 4 }, () => limiter.guard(keys, refuse)))).not.toContain('rate_limited')
  expect(await codesOf([limiter.guard(keys, refuse)])).toEqual(['rate_limited'])
})

it('keeps the failures of an address whatever succeeds from it', async () => {
  const limiter = createFailureLimiter('t')
  await codesOf(Array.from({ length: 19 }, () => limiter.guard(by('address x'), refuse)))
  expect(await codesOf([limiter.guard(by('address x'), () => Promise.resolve('in'))])).toEqual(['rate_limited'])
  await codesOf(Array.from({ length: 18 }, () => limiter.guard(by('address y'), refuse)))
  expect(await limiter.guard(by('address y'), () => Promise.resolve('in'))).toBe('in')
  expect(await codesOf([limiter.guard(by('address y'), refuse), limiter.guard(by('address y'), refuse)])).toEqual([
    'unauthenticated',
    'rate_limited',
  ])
})

it('counts each key to its own number', async () => {
  const limiter = createFailureLimiter('t')
  const from = (address: string) => [
    { key: `name a from ${address}`, most: 3 },
    { key: 'name a', most: 6 },
  ]
  const codes = await codesOf(Array.from({ length: 4 }, () => limiter.guard(from('x'), refuse)))
  expect(codes.map((code) => code === 'rate_limited')).toEqual([false, false, true, true])
  expect(await codesOf([limiter.guard(from('y'), () => Promise.resolve('in'))])).toEqual(['in'])
  await codesOf(Array.from({ length: 2 }, () => limiter.guard(from('y'), refuse)))
  await codesOf([limiter.guard(from('w'), refuse)])
  expect(await codesOf([limiter.guard(from('z'), () => Promise.resolve('in'))])).toEqual(['rate_limited'])
})

it('counts what one key refuses at no other: a single address shuts a name to itself only', async () => {
  const limiter = createFailureLimiter('t')
  const from = (address: string) => [
    { key: `name a from ${address}`, most: 3 },
    { key: 'name a', most: 6 },
  ]
  await codesOf(Array.from({ length: 50 }, () => limiter.guard(from('x'), refuse)))
  expect(await codesOf([limiter.guard(from('y'), () => Promise.resolve('in'))])).toEqual(['in'])
})

it('lets in past a number for whom it is not meant, and asks only where no other key has shut the door', async () => {
  const limiter = createFailureLimiter('t')
  let asked = 0
  const keys = (known: boolean, address: string) => [
    { key: `name a from ${address}`, most: 4 },
    {
      key: 'name a',
      most: 3,
      unless: async () => {
        asked += 1
        return known
      },
    },
  ]
  await codesOf([limiter.guard(keys(true, 'x'), refuse), limiter.guard(keys(true, 'x'), refuse)])
  expect(asked).toBe(0)
  expect(await codesOf([limiter.guard(keys(false, 'y'), refuse)])).toEqual(['rate_limited'])
  expect(await codesOf([limiter.guard(keys(true, 'x'), refuse)])).toEqual(['unauthenticated'])
  expect(asked).toBe(2)
  expect(await codesOf([limiter.guard(keys(true, 'x'), refuse)])).toEqual(['rate_limited'])
  expect(asked).toBe(2)
})
