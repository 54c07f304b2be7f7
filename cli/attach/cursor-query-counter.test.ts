import { expect, it } from 'vitest'
import { createCursorQueryCounter } from './cursor-query-counter'

it('counts cursor queries, also cut ones, and nothing else', () => {
  const count = createCursorQueryCounter()
  expect(count(Buffer.from('plain'))).toBe(0)
  expect(count(Buffer.from('a\x1b[6nb\x1b[6n\x1b[0n'))).toBe(2)
  expect(count(Buffer.from('\x1b['))).toBe(0)
  expect(count(Buffer.from('6n'))).toBe(1)
  expect(count(Buffer.from('\x1b\x1b[6n'))).toBe(1)
})
