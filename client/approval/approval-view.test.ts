import { expect, it } from 'vitest'
import { approvalView } from './approval-view'

const view = (toolInput: Record<string, unknown>, kind: 'tool' | 'question' | 'plan' = 'tool') =>
  approvalView({ kind, toolInput })

it('shows a command and everything that goes with it', () => {
  expect(view({ command: 'make all', description: 'Build', timeout: 5, env: { A: '1' } })).toEqual({
    command: 'make all',
    path: null,
    diff: [],
    plan: null,
    questions: [],
    rest: [
      ['description', 'Build'],
      ['timeout', '5'],
      ['env', '{\n  "A": "1"\n}'],
    ],
  })
})

it('shows what becomes of a file', () => {
  const edit = { file_path: '/a', old_string: 'one\ntwo\n', new_string: 'one\n2\nthree', replace_all: false }
  expect(view(edit)).toMatchObject({
    path: '/a',
    diff: [
      { kind: 'same', text: 'one' },
      { kind: 'removed', text: 'two' },
      { kind: 'added', text: '2' },
      { kind: 'added', text: 'three' },
    ],
    rest: [],
  })
  expect(view({ ...edit, replace_all: true }).rest).toEqual([['replace_all', 'true']])
  expect(view({ file_path: '/b', content: 'x\n\ny\n' }).diff.map(({ text }) => text)).toEqual(['x', '', 'y'])
  const edits = [{ old_string: 'a', new_string: 'b' }]
  expect(view({ file_path: '/c', edits })).toMatchObject({ diff: [{ text: 'a' }, { text: 'b' }], rest: [] })
  // Of another shape than known: nothing of it is left out.
  expect(view({ file_path: '/c', edits: [{ ...edits[0], all: true }] }).rest).toHaveLength(1)
})

it('shows plans and questions, and what it does not know as it is', () => {
  expect(view({ plan: '# Plan' }, 'plan')).toMatchObject({ plan: '# Plan', rest: [] })
  const questions = [{ question: 'Which?', options: [{ label: 'Red' }] }]
  expect(view({ questions }, 'question')).toMatchObject({ questions: [{ question: 'Which?' }], rest: [] })
  expect(view({ questions: 7 }, 'question')).toMatchObject({ questions: [], rest: [['questions', '7']] })
  expect(view({ content: 'no file' }).rest).toEqual([['content', 'no file']])
})
