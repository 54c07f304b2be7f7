import { expect, it } from 'vitest'
import { createFailureCounts } from './failure-counts'

it('counts each message by itself until it is forgotten', () => {
  const counts = createFailureCounts()
  expect([counts.add('a'), counts.add('a'), counts.add('b')]).toEqual([1, 2, 1])
  counts.forget('a')
  expect(counts.add('a')).toBe(1)
})

it('forgets the longest unchanged one past its bound', () => {
  const counts = createFailureCounts(2)
  counts.add('a')
  counts.add('b')
  counts.add('a')
  counts.add('c') // b goes
  expect([counts.add('a'), counts.add('b')]).toEqual([3, 1])
})
