import { describe, expect, it } from 'vitest'
import { type ApprovalAnswer, approvalState } from '@/contracts/approval/approval'
import { type AskedApproval, judgeAnswer } from './judge-answer'

const tool: AskedApproval = {
  kind: 'tool',
  state: 'pending',
  toolInput: { command: 'ls' },
  offers: 2,
  answeredBy: null,
  answer: null,
}
const questions = { questions: [{ question: 'Which color?', options: [{ label: 'Red' }, { label: 'Blue' }] }] }
const question: AskedApproval = { ...tool, kind: 'question', toolInput: questions, offers: 0 }
const allow: Extract<ApprovalAnswer, { behavior: 'allow' }> = { behavior: 'allow', remember: [] }
const deny: ApprovalAnswer = { behavior: 'deny', message: '' }

const refusal = (asked: AskedApproval, answer: ApprovalAnswer) => {
  try {
    judgeAnswer(asked, answer)
  } catch (error) {
    return error
  }
}

describe('an answer', () => {
  it('is taken while it is asked, with what was offered', () => {
    for (const answer of [allow, deny, { ...allow, remember: [0, 1] }]) expect(refusal(tool, answer)).toBeUndefined()
  })

  it.each(approvalState.exclude(['pending']).options)('is refused once it is %s, saying what happened', (state) => {
    const over = { ...tool, state, answeredBy: 'anna', answer: { behavior: 'allow' } }
    expect(refusal(over, allow)).toMatchObject({ code: 'conflict', message: expect.stringMatching(/\w+.*\./) })
    expect(refusal({ ...tool, state: 'answered', answeredBy: 'anna', answer: deny }, allow)).toMatchObject({
      message: 'anna has answered this already (deny).',
    })
  })

  it('cannot allow what was not offered', () => {
    expect(refusal(tool, { ...allow, remember: [2] })).toMatchObject({ code: 'invalid_input' })
  })

  it('to questions names each of them and nothing else', () => {
    const answered = (answers: Record<string, string>) => refusal(question, { ...allow, answers })
    expect(answered({ 'Which color?': 'Something of my own' })).toBeUndefined()
    expect(answered({})).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('Which color?') })
    expect(answered({ 'Which color?': ' ' })).toMatchObject({ code: 'invalid_input' })
    expect(answered({ 'Which color?': 'Red', 'Which size?': 'L' })).toMatchObject({ code: 'invalid_input' })
    expect(refusal(question, allow)).toMatchObject({ code: 'invalid_input' })
    expect(refusal(question, deny)).toBeUndefined()
    expect(refusal({ ...question, toolInput: {} }, allow)).toMatchObject({ hint: 'Answer them in the terminal.' })
    expect(refusal(tool, { ...allow, answers: { a: 'b' } })).toMatchObject({ code: 'invalid_input' })
  })
})
