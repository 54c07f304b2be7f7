import { text as readText } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunnerPrompt } from '@/contracts/prompt/prompt'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { matchId, shortId } from '../match-id'
import { resolveRunnerId } from '../runner-id'
import { inertLine } from '../text/inert-text'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** A prompt waits for minutes; looking this often is soon enough. */
const LOOK_EVERY_MS = 500

/** Waits until it is known what became of a prompt. */
async function waitFor(cli: Cli, { id, runnerId }: RunnerPrompt): Promise<RunnerPrompt> {
  for (;;) {
    const prompts = await cli.api().runner.prompts.query({ id: runnerId })
    const prompt = prompts.find((one) => one.id === id)
    if (!prompt) throw new CliError('the prompt is gone with its runner', ExitCode.notFound)
    if (prompt.closedAt !== null) return prompt
    await delay(LOOK_EVERY_MS)
  }
}

const FATES: Record<RunnerPrompt['state'], string> = {
  queued: 'queued',
  sending: 'being typed',
  received: 'received',
  unconfirmed: 'typed; the program did not say that it has it',
  failed: 'failed',
  cancelled: 'cancelled',
}

export const registerPrompt: Register = (program, cli) => {
  program
    .command('prompt')
    .description('send a prompt to a runner; it is typed once the runner is idle')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .argument('<text>', 'the prompt; "-" reads it from stdin')
    .option('--wait', 'wait until it was typed; exits with 1 when it was not')
    .option(...JSON_FLAG)
    .action(async (typed: string, given: string, options: { wait?: boolean; json?: boolean }) => {
      const api = cli.api()
      const text = given === '-' ? (await readText(cli.process.stdin)).trimEnd() : given
      const queued = await api.runner.prompt.mutate({ id: await resolveRunnerId(api, typed), text })
      const prompt = options.wait ? await waitFor(cli, queued) : queued
      if (options.json) cli.printJson(prompt)
      else cli.print(`${shortId(prompt.id)} ${FATES[prompt.state]}`)
      if (prompt.state === 'failed' || prompt.state === 'cancelled')
        throw new CliError(inertLine(prompt.error ?? `the prompt was ${prompt.state}`), ExitCode.failed)
    })
}

function promptTable(cli: Cli, prompts: readonly RunnerPrompt[]): string {
  const now = cli.process.now()
  const rows = prompts.map((prompt) => [
    shortId(prompt.id),
    ago(prompt.createdAt, now),
    prompt.state,
    prompt.createdBy,
    prompt.error ?? prompt.text,
  ])
  return renderTable(['ID', 'AGE', 'STATE', 'BY', 'PROMPT'], rows)
}

export const registerPrompts: Register = (program, cli) => {
  program
    .command('prompts')
    .description('list the prompts of a runner and what became of them, or cancel one that waits')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option('--cancel <prompt>', 'id of a prompt that waits, or a beginning of it')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { cancel?: string; json?: boolean }) => {
      const api = cli.api()
      const prompts = await api.runner.prompts.query({ id: await resolveRunnerId(api, typed) })
      if (options.cancel !== undefined) {
        const waiting = { what: 'prompt of this runner', hint: (prompt: RunnerPrompt) => prompt.state }
        const { id: promptId } = matchId(options.cancel, prompts, waiting)
        const cancelled = await api.runner.cancelPrompt.mutate({ promptId })
        return options.json ? cli.printJson(cancelled) : cli.print(`${shortId(promptId)} cancelled`)
      }
      if (options.json) return cli.printJson(prompts)
      cli.print(prompts.length === 0 ? 'No prompts were sent to it.' : promptTable(cli, prompts))
    })
}
