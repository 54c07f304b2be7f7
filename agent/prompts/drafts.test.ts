import { expect, it } from 'vitest'
import { createDrafts } from './drafts'

const after = (...inputs: string[]) => {
  let now = 0
  const drafts = createDrafts(() => now)
  for (const input of inputs) drafts.typed('r', Buffer.from(input))
  return {
    at: (ms: number) => {
      now = ms
      return drafts.isOpen('r')
    },
    other: () => drafts.isOpen('s'),
  }
}

it.each<[string, string[], boolean]>([
  ['nothing', [], false],
  ['letters', ['h', 'i'], true],
  ['a paste', ['\u001b[200~text\u001b[201~'], true],
  ['letters that were sent', ['hi', '\r'], false],
  ['letters that were taken back', ['hi', '\u0015'], false],
  ['an interrupt', ['hi', '\u0003'], false],
  [
    'arrows, mouse, focus, and what a terminal answers',
    ['\u001b[A\u001bOB', '\u001b[<0;1;1M', '\u001b[I', '\u001b[?1;2c'],
    false,
  ],
  ['letters, and then a look elsewhere', ['hi', '\u001b[O'], true],
])('%s: a line that stands there: %s', (_what, inputs, isOpen) => {
  const typed = after(...inputs)
  expect([typed.at(0), typed.other()]).toEqual([isOpen, false])
})

it('is given up after a while', () => {
  const typed = after('hi')
  expect([typed.at(29_999), typed.at(30_000)]).toEqual([true, false])
})
