import { expect, it } from 'vitest'
import { createTyping } from './typing'

it('somebody types elsewhere for a while after each key; a paste is no typing', () => {
  let now = 0
  const typing = createTyping(() => now)
  typing.note('a', 1)
  typing.note('b', 10_000)
  expect([typing.elsewhere('a'), typing.elsewhere('b')]).toEqual([false, true])
  now = 499
  expect(typing.elsewhere('b')).toBe(true)
  typing.note('b', 3)
  now = 501
  expect([typing.elsewhere('a'), typing.elsewhere('b')]).toEqual([true, false])
  now = 1_000
  expect(typing.elsewhere('a')).toBe(false)
})
