import type { Runner } from '@/contracts/runner/runner'
import type { SessionOpened } from '@/contracts/session/open-session'
import { attachTo } from '../attach/attach-to'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../match-id'
import { type OpenChoices, openSession } from '../open-session'
import { isRunner, matchRunner } from '../runner-id'
import { findSession } from '../session-id'
import { inertLine } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

/** The most `runner.list` gives. */
const LIST_LIMIT = 5000

interface ResumeOptions extends OpenChoices {
  attach?: boolean
  json?: boolean
}

const OUTCOMES: Record<SessionOpened['outcome'], string> = {
  attached: 'is held by',
  started: 'goes on in',
  waiting: 'goes on, once its earlier runner has ended, in',
}

/** The runner of that name, or whose id begins so; null where there is none, as for a session's id. */
async function runnerLike(cli: Cli, typed: string): Promise<string | null> {
  const runners: Runner[] = await cli.api().runner.list.query({ limit: LIST_LIMIT })
  return isRunner(typed, runners) ? matchRunner(typed, runners).id : null
}

async function resumeSession(cli: Cli, typed: string, options: ResumeOptions): Promise<void> {
  const session = await findSession(cli.api(), typed)
  const opened = await openSession(cli, session.id, options)
  if (options.json) return cli.printJson(opened)
  const { runner, projectCreated, directoryGone } = opened
  if (projectCreated !== null) cli.warn(inertLine(`made the project ${projectCreated} for ${runner.cwd}`))
  if (directoryGone !== null)
    cli.warn(inertLine(`${directoryGone} cannot be used any more: it goes on in ${runner.cwd}`))
  if (options.attach ?? cli.interactive) return attachTo(cli, runner.id)
  cli.print(inertLine(`${shortId(session.id)} ${OUTCOMES[opened.outcome]} ${runner.id} (${runner.project})`))
}

export const registerResume: Register = (program, cli) => {
  program
    .command('resume')
    .description('take a conversation up again; let a paused runner go on')
    .argument('<id>', 'id of a session or of a paused runner, or a beginning of it; or the name of the runner')
    .option('--prompt <text>', 'say this next')
    .option('--take-over', 'end the runner that holds the session, and go on in a new one')
    .option('--fork', 'go on in a copy of the session, which stays as it is')
    .option('--attach', 'attach to it at once (default on a terminal)')
    .option('--no-attach', 'only say which runner it is')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: ResumeOptions) => {
      if (options.takeOver && options.fork) throw new CliError('--take-over cannot go with --fork', ExitCode.usage)
      if (options.attach && options.json) throw new CliError('--attach cannot go with --json', ExitCode.usage)
      const id = await runnerLike(cli, typed)
      if (id === null) return resumeSession(cli, typed, options)
      if (options.takeOver || options.fork || options.prompt !== undefined)
        throw new CliError(`${shortId(id)} is a runner: name its session`, ExitCode.usage)
      const runner = await cli.api().runner.resume.mutate({ id })
      if (options.json) return cli.printJson(runner)
      if (options.attach) return attachTo(cli, id)
      cli.print(`${shortId(runner.id)} ${runner.status} (wanted: ${runner.desired})`)
    })
}
