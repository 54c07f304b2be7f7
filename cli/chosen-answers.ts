import type { Approval } from '@/contracts/approval/approval'
import { questionsOf } from '@/contracts/approval/question'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'

/** Which offer `--always` means, counted from 1 as they are listed. Throws CliError (2) when that is not clear. */
export function chosenOffers(approval: Approval, always: string | true | undefined): number[] {
  const offers = approval.suggestions.length
  if (always === undefined) return []
  if (offers === 0) throw new CliError('the program offers nothing to allow from now on', ExitCode.usage)
  const place = always === true ? (offers === 1 ? 1 : 0) : Number(always)
  if (!Number.isInteger(place) || place < 1 || place > offers) {
    const listed = approval.suggestions.map((offer, index) => `${index + 1}: ${offer}`).join('; ')
    throw new CliError(`--always takes one of ${listed}`, ExitCode.usage)
  }
  return [place - 1]
}

/**
 * What was chosen for each question: `Question=Answer`, or the answer alone when one thing is asked. Throws CliError (2)
 * when an answer is to none of them.
 */
export function chosenAnswers(approval: Approval, given: readonly string[]): Record<string, string> | undefined {
  const questions = approval.kind === 'question' ? questionsOf(approval.toolInput) : []
  if (questions.length === 0 && given.length === 0) return undefined
  const answers = new Map<string, string>()
  for (const text of given) {
    const named = questions.find(({ question }) => text.startsWith(`${question}=`))
    const [only] = questions.length === 1 ? questions : []
    const asked = named ?? only
    if (asked === undefined)
      throw new CliError(`${JSON.stringify(text)} answers nothing that is asked; say "Question=Answer"`, ExitCode.usage)
    answers.set(asked.question, named ? text.slice(named.question.length + 1) : text)
  }
  return Object.fromEntries(answers)
}
