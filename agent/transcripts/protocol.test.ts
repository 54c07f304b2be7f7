import { expect, it } from 'vitest'
import { parseTell } from './protocol'

it('what no daemon takes says who is to be answered and what is wrong with it', () => {
  const tell = { event: 'transcriptMissing', message: { path: '/t' } }
  expect(parseTell({ type: 'tell', tellId: 1, tell })).toEqual({ type: 'tell', tellId: 1, tell })
  const broken = { type: 'tell', tellId: 2, tell: { event: 'transcriptMissing', message: { path: 7 } } }
  expect(parseTell(broken)).toEqual({ tellId: 2, problem: expect.stringContaining('path') })
  expect(() => parseTell({ type: 'tell' })).toThrow()
})
