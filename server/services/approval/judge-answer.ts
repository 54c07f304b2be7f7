import type { ApprovalAnswer, ApprovalKind, ApprovalState } from '@/contracts/approval/approval'
import { questionsOf } from '@/contracts/approval/question'
import { invalidInput, StratavoreError } from '../../core/errors'

/** An approval as far as judging an answer needs it. */
export interface AskedApproval {
  kind: ApprovalKind
  state: ApprovalState
  toolInput: Record<string, unknown>
  /** How many things the program offered. */
  offers: number
  answeredBy: string | null
  answer: { behavior: string } | null
}

/** Checks that an answer fits what was asked. Pure. Throws `conflict` when it is not asked any more, `invalid_input`. */
export function judgeAnswer(asked: AskedApproval, answer: ApprovalAnswer): void {
  if (asked.state !== 'pending') throw tooLate(asked)
  if (answer.behavior === 'deny') return
  const unknown = answer.remember.find((place) => place >= asked.offers)
  if (unknown !== undefined) throw invalidInput('answer.remember', `the program offers no number ${unknown}`)
  if (asked.kind !== 'question') {
    if (answer.answers !== undefined) throw invalidInput('answer.answers', 'nothing was asked that takes answers')
    return
  }
  const questions = questionsOf(asked.toolInput)
  const answers = answer.answers ?? {}
  const open = questions.find(({ question }) => !answers[question]?.trim())
  if (questions.length === 0)
    throw invalidInput('answer.answers', 'these questions cannot be read here', 'Answer them in the terminal.')
  if (open) throw invalidInput('answer.answers', `${JSON.stringify(open.question)} has no answer`)
  const extra = Object.keys(answers).find((text) => !questions.some(({ question }) => question === text))
  if (extra !== undefined) throw invalidInput('answer.answers', `${JSON.stringify(extra)} is not asked`)
}

/** Says what became of what somebody answers too late. */
export function tooLate(asked: Pick<AskedApproval, 'state' | 'answeredBy' | 'answer'>): StratavoreError {
  const by = asked.answeredBy ?? 'somebody'
  const what: Record<ApprovalState, string> = {
    pending: 'It was answered at this moment.',
    answered: `${by} has answered this already (${asked.answer?.behavior ?? 'unknown'}).`,
    allowed: `${by} has allowed this already.`,
    denied: `${by} has denied this already.`,
    elsewhere: 'It was answered in the terminal.',
    expired: 'It is not held open any more; answer it in the terminal.',
    ended: 'The program that asked is gone.',
  }
  return new StratavoreError('conflict', what[asked.state])
}
