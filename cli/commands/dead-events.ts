import type { DeadEvent } from '@/contracts/event/event'
import { uuid } from '@/contracts/primitives'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../match-id'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** The most `event.dead` gives at once. */
const PAGE = 500

function deadTable(cli: Cli, events: readonly DeadEvent[]): string {
  const now = cli.process.now()
  const rows = events.map((event) => [
    shortId(event.id),
    ago(event.deadAt, now),
    event.routingKey,
    `${event.subject.type} ${shortId(event.subject.id)}`,
    event.attempts,
    event.lastError,
  ])
  return renderTable(['ID', 'PARKED', 'ROUTING KEY', 'SUBJECT', 'TRIES', 'LAST ERROR'], rows)
}

/** The whole ids of what a person typed: ids as they are, beginnings looked up among the parked events. */
async function resolveDeadIds(cli: Cli, typed: readonly string[]): Promise<string[]> {
  if (typed.every((id) => uuid.safeParse(id).success)) return [...typed]
  const { events } = await cli.api().event.dead.query({ limit: PAGE })
  return typed.map((prefix) => {
    if (uuid.safeParse(prefix).success) return prefix
    const matches = events.filter((event) => event.id.startsWith(prefix.toLowerCase()))
    const [only] = matches
    if (!only)
      throw new CliError(`no dead event has an id that begins with ${JSON.stringify(prefix)}`, ExitCode.notFound)
    if (matches.length > 1)
      throw new CliError(`${JSON.stringify(prefix)} may be any of ${matches.length} dead events`, ExitCode.usage)
    return only.id
  })
}

/** `events dead` and `events dead retry`. */
export const registerDeadEvents: Register = (events, cli) => {
  const dead = events
    .command('dead')
    .description('list events that could not be delivered and are parked, newest first')
    .option(...JSON_FLAG)
    .action(async (_options, command) => {
      const page = await cli.api().event.dead.query({ limit: PAGE })
      if (command.optsWithGlobals().json) return cli.printJson(page)
      if (page.total === 0) return cli.print('No event is parked.')
      cli.print(deadTable(cli, page.events))
      if (page.total > page.events.length) cli.print(`${page.events.length} of ${page.total}`)
    })
  dead
    .command('retry')
    .description('send parked events again')
    .argument('[event...]', 'ids or their beginnings')
    .option('--all', 'all that are parked')
    .option(...JSON_FLAG)
    .action(async (ids: string[], _options, command) => {
      const options: { all?: boolean; json?: boolean } = command.optsWithGlobals()
      if (ids.length > 0 === (options.all === true)) throw new CliError('name the events, or say --all', ExitCode.usage)
      const input = options.all === true ? { all: true as const } : { ids: await resolveDeadIds(cli, ids) }
      const result = await cli.api().event.retryDead.mutate(input)
      if (options.json) cli.printJson(result)
      else cli.print(`${result.retried} sent again`)
    })
}
