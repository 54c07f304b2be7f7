import type { Approval, ApprovalAnswer } from '@/contracts/approval/approval'
import { uuid } from '@/contracts/primitives'
import { chosenAnswers, chosenOffers } from '../chosen-answers'
import type { Cli } from '../cli'
import { matchId } from '../match-id'
import { inertLine } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

/** What a person means: a whole id is taken as it is, even of what is over; a beginning is looked up in the inbox. */
async function findApproval(cli: Cli, typed: string): Promise<Approval> {
  const api = cli.api()
  if (uuid.safeParse(typed).success) return api.approval.get.query({ id: typed.toLowerCase() })
  const hint = ({ toolName, project }: Approval) => `${toolName} in ${project}`
  return matchId(typed, await api.approval.list.query({}), { what: 'open approval', hint })
}

async function answer(cli: Cli, approval: Approval, given: ApprovalAnswer, json: boolean | undefined): Promise<void> {
  const answered = await cli.api().approval.answer.mutate({ id: approval.id, answer: given })
  if (json) return cli.printJson(answered)
  const word = given.behavior === 'allow' ? 'approved' : 'denied'
  cli.print(`${word}: ${inertLine(`${approval.toolName} ${approval.summary}`)}`)
}

const collect = (value: string, earlier: string[]): string[] => [...earlier, value]

export const registerApprove: Register = (program, cli) => {
  program
    .command('approve')
    .description('allow what a program asks, once')
    .argument('<approval>', 'id as the inbox shows it, or a beginning of it')
    .option('--always [number]', 'also allow from now on what the program offers under this number')
    .option(
      '--answer <answer>',
      'answer to a question: "Question=Answer", or the answer alone to a single one',
      collect,
      [],
    )
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { always?: string | true; answer: string[]; json?: boolean }) => {
      const approval = await findApproval(cli, typed)
      const remember = chosenOffers(approval, options.always)
      const answers = chosenAnswers(approval, options.answer)
      await answer(cli, approval, { behavior: 'allow', remember, answers }, options.json)
    })
}

export const registerDeny: Register = (program, cli) => {
  program
    .command('deny')
    .description('refuse what a program asks')
    .argument('<approval>', 'id as the inbox shows it, or a beginning of it')
    .option('--message <text>', 'why, for the program')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { message?: string; json?: boolean }) => {
      const approval = await findApproval(cli, typed)
      await answer(cli, approval, { behavior: 'deny', message: options.message ?? '' }, options.json)
    })
}
