import { expect, it } from 'vitest'
import { shortBytes } from './short-bytes'
import { ago, shortSpan } from './short-time'

it('writes spans of time', () => {
  expect([0, 1_000, 59_999, 60_000, 3_600_000, 90_000_000].map(shortSpan)).toEqual([
    'now',
    '1s',
    '59s',
    '1m',
    '1h',
    '1d',
  ])
  expect(ago(null, new Date())).toBe('-')
})

it('writes bytes', () => {
  expect([0, 999, 1000, 9_940, 999_499, 999_600, 1_400_000_000].map(shortBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '999 kB',
    '1.0 MB',
    '1.4 GB',
  ])
})
