import { Option } from 'commander'
import { readApiFailure } from '@/client/api/api-failure'
import { type ProviderId, providerId } from '@/contracts/provider/provider'
import type { Session } from '@/contracts/session/session'
import type { TranscriptEntry } from '@/contracts/transcript/entry'
import type { Cli } from '../cli'
import { shortId } from '../match-id'
import { findSession } from '../session-id'
import { ago } from '../text/short-time'
import { renderFacts, renderTable } from '../text/table'
import { entryText } from '../transcript-text'
import { JSON_FLAG, type Register } from './command'

/** Entries one call asks for. */
const PAGE = 500

interface ListOptions {
  project?: string
  provider?: ProviderId
  live?: boolean
  json?: boolean
}

async function printSessions(cli: Cli, { project, provider, live, json }: ListOptions, text?: string): Promise<void> {
  const list = await cli.api().session.list.query({ project, provider, text, state: live ? 'live' : undefined })
  if (json) return cli.printJson(list)
  if (list.length === 0) return cli.print(text === undefined ? 'No conversations yet.' : 'No such conversation.')
  const now = cli.process.now()
  const rows = list.map((session) => [
    shortId(session.id),
    session.project,
    session.provider,
    session.messageCount,
    session.tokensUsed,
    ago(session.lastActivityAt, now),
    session.runnerId === null ? null : shortId(session.runnerId),
    session.title ?? session.firstPrompt,
  ])
  cli.print(renderTable(['ID', 'PROJECT', 'PROVIDER', 'MESSAGES', 'TOKENS', 'AGE', 'RUNNER', 'TITLE'], rows))
}

/** Whether it can be resumed, or why that is not known now. */
async function describeCheck(cli: Cli, { id }: Session): Promise<string> {
  try {
    const check = await cli.api().session.check.query({ id })
    return check.resumable ? 'yes' : `no: ${check.reason}`
  } catch (error) {
    return `unknown: ${readApiFailure(error).message}`
  }
}

/** Its transcript from the first entry on, page by page. */
async function printTranscript(cli: Cli, session: Session, json: boolean): Promise<void> {
  let after = -1
  const all: TranscriptEntry[] = []
  for (;;) {
    const page = await cli.api().session.transcript.query({ id: session.id, limit: PAGE, after })
    for (const entry of page.entries) {
      if (json) all.push(entry)
      else cli.print(`${entryText(cli, entry)}\n`)
    }
    const last = page.entries.at(-1)
    if (!page.hasAfter || !last) break
    after = last.position
  }
  if (json) cli.printJson(all)
}

export const registerSessions: Register = (program, cli) => {
  const sessions = program
    .command('sessions')
    .description('list conversations')
    .option('--project <project>', 'only those of one project')
    .addOption(new Option('--provider <provider>', 'only those of one program').choices(providerId.options))
    .option('--live', 'only those that a runner holds')
    .option(...JSON_FLAG)
    .action((options: ListOptions) => printSessions(cli, options))
  sessions
    .command('search')
    .description('list conversations by title, first prompt, directory or branch')
    .argument('<text>', 'what to look for; case does not matter')
    .option(...JSON_FLAG)
    .action((text: string, _options, command) => printSessions(cli, command.optsWithGlobals(), text))
  sessions
    .command('show')
    .description('show one conversation')
    .argument('<session>', 'session id or a beginning of it')
    .option('--transcript', 'what was said and done in it')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { transcript?: boolean }, command) => {
      const session = await findSession(cli.api(), typed)
      const json: boolean = command.optsWithGlobals().json === true
      if (options.transcript) return printTranscript(cli, session, json)
      if (json) return cli.printJson(session)
      const facts = Object.entries({ ...session, resumable: await describeCheck(cli, session) })
      cli.print(renderFacts(facts.map(([name, value]) => [name, value ?? '-'] as const)))
    })
}
