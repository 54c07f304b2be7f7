import { expect, it } from 'vitest'
import { hashToken, isToken, newToken } from './token'

it('makes tokens that are recognised as what they are, and never twice', () => {
  const token = newToken('svt')
  expect(isToken(token, 'svt')).toBe(true)
  expect(isToken(token, 'sva')).toBe(false)
  expect(newToken('svt')).not.toBe(token)
  expect(Buffer.from(hashToken(token))).toHaveLength(32)
})

it('does not take what a crash has cut off for a token', () => {
  for (const damaged of ['', 'svt', 'svt_', newToken('svt').slice(0, -3)]) expect(isToken(damaged, 'svt')).toBe(false)
})
