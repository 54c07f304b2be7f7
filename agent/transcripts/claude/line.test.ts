import { expect, test } from 'vitest'
import { lineTime, parseLine } from './line'
import { promptText } from './prompt-text'

const read = (value: unknown) => {
  const { line } = parseLine(JSON.stringify(value))
  if (line === null) throw new Error('malformed')
  return line
}

test('what cannot be read says why and never throws', () => {
  expect(parseLine('{"type":"us').problem).toMatch('not JSON')
  expect(parseLine('\0\0\0').problem).toMatch('NUL')
  expect(parseLine('42').problem).toMatch('not a line')
  expect(parseLine('{"no":"type"}').problem).toMatch('not a line')
})

test('a field of an unforeseen type is absent and costs nothing else', () => {
  const line = read({
    type: 'assistant',
    timestamp: 7,
    requestId: ['x'],
    message: {
      id: 'm1',
      content: [{ type: 'text', text: 'a' }, 'odd'],
      usage: { input_tokens: 'many', output_tokens: 3 },
    },
  })
  expect(lineTime(line)).toBeNull()
  expect(line.requestId).toBeUndefined()
  expect(line.message).toMatchObject({ id: 'm1', usage: { input_tokens: 0, output_tokens: 3 } })
  expect(line.message?.content).toHaveLength(1)
})

test.each([
  ['typed', { message: { content: 'fix it' } }, 'fix it'],
  [
    'merged after an error',
    {
      message: {
        content: [
          { type: 'text', text: 'old' },
          { type: 'text', text: 'new' },
        ],
      },
    },
    'new',
  ],
  ['a tool result', { message: { content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }] } }, null],
  ['a reminder', { message: { content: '<system-reminder>x</system-reminder>' } }, null],
  ['what a command said', { message: { content: '<local-command-stdout>x</local-command-stdout>' } }, null],
  ['a summary', { isCompactSummary: true, message: { content: 'so far' } }, null],
  ['meta', { isMeta: true, message: { content: 'caveat' } }, null],
])('a user line that is %s', (_what, fields, prompt) => {
  expect(promptText(read({ type: 'user', ...fields }))).toBe(prompt)
})
