import { select, text } from '@clack/prompts'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import type { Session } from '@/contracts/session/session'
import { attachTo } from './attach/attach-to'
import type { Cli } from './cli'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'
import { launchRunner } from './launch-runner'
import { shortId } from './match-id'
import { openSession } from './open-session'
import { inertLine } from './text/inert-text'
import { ago } from './text/short-time'

/** The latest conversations; all of them are `stratavore sessions`. */
const MAX_PICKED_SESSIONS = 20

function describe(cli: Cli, runner: Runner): string {
  const activity = runner.activity === 'unknown' ? runner.status : runner.activity.replace('_', ' ')
  const words = [
    shortId(runner.id),
    runner.project,
    runner.provider,
    activity,
    ago(runner.startedAt, cli.process.now()),
  ]
  return inertLine(words.join('  '))
}

function describeSession(cli: Cli, session: Session): string {
  const name = session.title ?? session.firstPrompt ?? session.providerSessionId
  const words = [
    shortId(session.id),
    session.project ?? session.cwd,
    name,
    ago(session.lastActivityAt, cli.process.now()),
  ]
  return inertLine(words.join('  '))
}

/** A person's answer, or null when they left the prompt. */
const answerOf = (answer: string | symbol | undefined): string | null => (typeof answer === 'string' ? answer : null)

/** Asks for a line of text; null when the person left. */
export const askForName = async (message: string): Promise<string | null> => answerOf(await text({ message }))

/** Asks which of `runners` is meant; null when the person left. */
export const askForRunner = async (cli: Cli, runners: readonly Runner[], message: string): Promise<string | null> =>
  answerOf(
    await select({ message, options: runners.map((runner) => ({ value: runner.id, label: describe(cli, runner) })) }),
  )

/** Live runners, newest first. */
export async function liveRunners(cli: Cli, project?: string): Promise<Runner[]> {
  const runners: Runner[] = await cli.api().runner.list.query({ project })
  return runners.filter((runner) => !isEnded(runner.status)).sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}

/** Which live runner to attach to: the only one, or the one the person picks. */
export async function pickRunner(cli: Cli): Promise<string | null> {
  const runners = await liveRunners(cli)
  const [only] = runners
  if (!only) throw new CliError('no live runner to attach to', ExitCode.notFound)
  if (runners.length === 1) return only.id
  if (!cli.interactive) throw new CliError('say which runner to attach to', ExitCode.usage)
  return askForRunner(cli, runners, 'Attach to')
}

/** `stratavore` without arguments on a terminal: attach, launch, or take up an ended runner again. */
export async function runPicker(cli: Cli): Promise<void> {
  const { runner, project, session } = cli.api()
  const [live, recent, projects, sessions] = await Promise.all([
    liveRunners(cli),
    runner.list.query({}),
    project.list.query({}),
    session.list.query({ state: 'ended', limit: MAX_PICKED_SESSIONS }),
  ])
  // One with a session is found by that.
  const ended = recent.filter((one) => isEnded(one.status) && one.sessionId === null)
  const choice = answerOf(
    await select<string>({
      message: 'Stratavore',
      maxItems: 15,
      options: [
        ...live.map((one) => ({ value: `attach ${one.id}`, label: `attach  ${describe(cli, one)}` })),
        ...projects.map((one) => ({
          value: `launch ${one.name}`,
          label: `launch  ${inertLine(one.name)}`,
          hint: inertLine(one.path),
        })),
        ...sessions.map((one) => ({ value: `resume ${one.id}`, label: `resume  ${describeSession(cli, one)}` })),
        ...ended.map((one) => ({ value: `restart ${one.id}`, label: `restart ${describe(cli, one)}` })),
        { value: 'quit ', label: 'quit' },
      ],
    }),
  )
  const [action, target = ''] = choice?.split(' ') ?? []
  if (action === 'attach') return attachTo(cli, target)
  if (action === 'launch') return attachTo(cli, (await launchRunner(cli, target)).id)
  if (action === 'resume') return attachTo(cli, (await openSession(cli, target)).runner.id)
  if (action === 'restart') return attachTo(cli, (await runner.restart.mutate({ id: target })).id)
}
