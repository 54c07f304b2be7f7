import { uuid } from '@/contracts/primitives'
import type { Session } from '@/contracts/session/session'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../runner-id'
import { ago } from '../text/short-time'
import { renderFacts, renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** The most `session.list` gives. */
const LIST_LIMIT = 1000

/** The session a beginning of an id means. */
async function findSession(cli: Cli, typed: string): Promise<Session> {
  const { session } = cli.api()
  if (uuid.safeParse(typed).success) return session.get.query({ id: typed })
  const matches = (await session.list.query({ limit: LIST_LIMIT })).filter(({ id }) =>
    id.startsWith(typed.toLowerCase()),
  )
  const [only] = matches
  if (!only) throw new CliError(`no session has an id that begins with ${JSON.stringify(typed)}`, ExitCode.notFound)
  if (matches.length === 1) return only
  throw new CliError(`${JSON.stringify(typed)} may be any of ${matches.length} sessions`, ExitCode.usage)
}

export const registerSessions: Register = (program, cli) => {
  const sessions = program
    .command('sessions')
    .description('list conversations')
    .option('--project <project>', 'only those of one project')
    .option(...JSON_FLAG)
    .action(async (options: { project?: string; json?: boolean }) => {
      const list = await cli.api().session.list.query({ project: options.project })
      if (options.json) return cli.printJson(list)
      if (list.length === 0) return cli.print('No conversations yet.')
      const now = cli.process.now()
      const rows = list.map((session) => [
        shortId(session.id),
        session.project,
        session.provider,
        session.messageCount,
        session.tokensUsed,
        ago(session.lastActivityAt, now),
        session.runnerId === null ? null : shortId(session.runnerId),
        session.title,
      ])
      cli.print(renderTable(['ID', 'PROJECT', 'PROVIDER', 'MESSAGES', 'TOKENS', 'AGE', 'RUNNER', 'TITLE'], rows))
    })
  sessions
    .command('show')
    .description('show one conversation')
    .argument('<session>', 'session id or a beginning of it')
    .option(...JSON_FLAG)
    .action(async (typed: string, _options, command) => {
      const session = await findSession(cli, typed)
      if (command.optsWithGlobals().json) return cli.printJson(session)
      cli.print(renderFacts(Object.entries(session).map(([name, value]) => [name, value ?? '-'] as const)))
    })
}
