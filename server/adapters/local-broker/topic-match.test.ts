import fc from 'fast-check'
import { expect, it } from 'vitest'
import { topicMatches } from './topic-match'

it.each([
  ['#', '', true],
  ['#', 'runner.started.web', true],
  ['runner.#', 'runner', true],
  ['runner.#', 'runner.started.web', true],
  ['runner.#', 'runners.started', false],
  ['runner.*', 'runner', false],
  ['runner.*', 'runner.started.web', false],
  ['*.failed.#', 'runner.failed.web', true],
  ['quota.exceeded.#', 'quota.changed.web', false],
  ['a.#.b', 'a.b', true],
  ['a.#.b', 'a.x.y.b', true],
  ['a.#.b', 'a.x.y', false],
])('%s takes %s: %s', (pattern, key, expected) => {
  expect(topicMatches(pattern, key)).toBe(expected)
})

/** Every word ends with a dot, which makes the rule for `#` the same at the beginning, inside and at the end. */
const oracle = (pattern: readonly string[], key: readonly string[]): boolean => {
  const source = pattern.map((word) => (word === '#' ? '(?:[^.]*\\.)*' : word === '*' ? '[^.]*\\.' : `${word}\\.`))
  return new RegExp(`^${source.join('')}$`).test(key.map((word) => `${word}.`).join(''))
}

it('does as a regular expression does', () => {
  const word = fc.constantFrom('a', 'b', 'ab')
  const key = fc.array(word, { maxLength: 6 })
  const pattern = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { maxLength: 5 })
  fc.assert(
    fc.property(pattern, key, (patternWords, keyWords) => {
      expect(topicMatches(patternWords.join('.'), keyWords.join('.'))).toBe(oracle(patternWords, keyWords))
    }),
    { numRuns: 2_000 },
  )
})
