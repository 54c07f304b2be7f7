import { expect, it } from 'vitest'
import { createActionTries, tryKey } from './action-tries'

it('counts from the first try, waits longer each time, and forgets what is not wanted any more', () => {
  let now = 100
  const tries = createActionTries(() => now)
  const key = tryKey('start', 'r1', 1)
  tries.began(key)
  now = 5_000
  expect([1, 2, 3, 4, 5, 6].map(() => tries.failed(key, new Error('busy')))).toEqual([
    1_000, 2_000, 5_000, 10_000, 30_000, 30_000,
  ])
  expect(tries.all().get(key)).toEqual({ firstMs: 100, failures: 6, lastError: 'busy' })
  now = 9_000
  tries.countAnew()
  expect(tries.all().get(key)).toEqual({ firstMs: 9_000, failures: 6, lastError: 'busy' })
  const other = tryKey('stop', 'r2', 1)
  tries.began(other)
  tries.keepOnly(new Set(), (each) => each.includes('r1'))
  expect([...tries.all().keys()]).toEqual([other])
})
