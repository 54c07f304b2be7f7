import { describe, expect, it } from 'vitest'
import type { Approval } from '@/contracts/approval/approval'
import { chosenAnswers, chosenOffers } from './chosen-answers'

const approval = (over: Partial<Approval>): Approval => ({
  id: '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d',
  runnerId: '4b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d',
  project: 'web',
  sessionId: null,
  kind: 'tool',
  toolName: 'Bash',
  toolInput: { command: 'ls' },
  suggestions: [],
  summary: 'ls',
  subagentId: null,
  state: 'pending',
  requestedAt: '2026-01-01T00:00:00.000Z',
  answeredAt: null,
  answeredBy: null,
  answeredVia: null,
  ...over,
})
const asking = (...questions: string[]) =>
  approval({ kind: 'question', toolInput: { questions: questions.map((question) => ({ question, options: [] })) } })

describe('--always', () => {
  it('means the one offer, or the one that is named', () => {
    expect(chosenOffers(approval({ suggestions: ['a'] }), true)).toEqual([0])
    expect(chosenOffers(approval({ suggestions: ['a', 'b'] }), '2')).toEqual([1])
    expect(chosenOffers(approval({ suggestions: ['a', 'b'] }), undefined)).toEqual([])
  })
  it.each([
    [[], true],
    [['a', 'b'], true],
    [['a'], '2'],
    [['a'], '0'],
    [['a'], 'x'],
  ] as [string[], string | true][])('of %j never guesses what %s means', (suggestions, always) => {
    expect(() => chosenOffers(approval({ suggestions }), always)).toThrow(expect.objectContaining({ exitCode: 2 }))
  })
})

describe('--answer', () => {
  it('is to the one question, or to the one it names', () => {
    expect(chosenAnswers(asking('Which?'), ['Blue=ish'])).toEqual({ 'Which?': 'Blue=ish' })
    expect(chosenAnswers(asking('A=B?', 'C?'), ['C?=2', 'A=B?=1'])).toEqual({ 'A=B?': '1', 'C?': '2' })
    expect(chosenAnswers(approval({}), [])).toBeUndefined()
  })
  it('to nothing that is asked is refused', () => {
    expect(() => chosenAnswers(asking('A?', 'B?'), ['1'])).toThrow(expect.objectContaining({ exitCode: 2 }))
    expect(() => chosenAnswers(approval({}), ['1'])).toThrow(expect.objectContaining({ exitCode: 2 }))
  })
})
