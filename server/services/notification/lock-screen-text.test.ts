import fc from 'fast-check'
import { expect, it } from 'vitest'
import { duration, lastLine, oneLine, runnerLabel } from './lock-screen-text'

it('is one inert line, whatever a program printed', () => {
  expect(oneLine('\u001b[31mred\u001b[0m\r\n\tand  \u0007more\u202e\u200b', 100)).toBe('red and more')
  expect(oneLine('a\u009b31mb\u0000c', 100)).not.toMatch(/\p{Cc}/u)
})

it('never exceeds its bytes, splits no character and holds no control', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 8, max: 200 }), (text, max) => {
      const line = oneLine(text, max)
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(max)
      expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
      expect(line).not.toContain('\ufffd'.repeat(1 + (text.match(/\ufffd/g)?.length ?? 0)))
    }),
  )
  expect(oneLine('😀'.repeat(10), 12)).toBe('😀😀…')
})

it('quotes the last line that says something', () => {
  expect(lastLine('one\ntwo\n\u001b[0m \n\n')).toBe('Last line: two')
  expect(lastLine('progress 1%\rprogress 2%')).toBe('Last line: progress 2%')
  expect(lastLine(null)).toBe('')
  expect(lastLine('\n\n')).toBe('')
})

it('names runners and durations as one says them', () => {
  expect(runnerLabel({ project: 'web', name: 'fix-login' })).toBe('web/fix-login')
  expect(runnerLabel({ project: 'web', name: null })).toBe('web')
  expect([800, 99_000, 12 * 60_000, 3 * 3_600_000, 50 * 3_600_000].map(duration)).toEqual([
    '1 s',
    '99 s',
    '12 min',
    '3 h',
    '2 days',
  ])
})
