import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutInput } from './cut-input'
import { kindOf, summaryOf } from './describe-request'

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

it('leaves alone what fits, and cuts visibly what does not', () => {
  const small = { command: 'ls' }
  expect(cutInput(small, 1000)).toBe(small)
  const cut = cutInput({ file_path: '/a', content: 'x'.repeat(10_000) }, 1000)
  expect(cut.file_path).toBe('/a')
  expect(cut.content).toMatch(/^x{200,}\n\[cut here: \d+ more characters\]$/)
})

it('always fits', () => {
  const input = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string({ maxLength: 2000 }), fc.array(fc.string(), { maxLength: 50 })),
  )
  fc.assert(fc.property(input, (given) => bytes(cutInput(given, 500)) <= 500))
})

it('says in one line what is asked', () => {
  expect(summaryOf('Bash', { command: 'make\n  all', description: 'Build' })).toBe('make all')
  expect(summaryOf('Write', { content: 'long', file_path: '/a/b.txt' })).toBe('/a/b.txt')
  expect(summaryOf('AskUserQuestion', { questions: [{ question: 'Which?', options: [] }] })).toBe('Which?')
  expect(summaryOf('mcp__x__y', { level: 1 })).toBe('{"level":1}')
  expect(summaryOf('Bash', { command: 'x'.repeat(1000) })).toHaveLength(500)
  expect(['Bash', 'AskUserQuestion', 'ExitPlanMode'].map(kindOf)).toEqual(['tool', 'question', 'plan'])
})
