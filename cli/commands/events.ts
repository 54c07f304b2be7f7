import { Option } from 'commander'
import { type Event, type EventType, eventType } from '@/contracts/event/event'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../match-id'
import { inertJson, inertLine } from '../text/inert-text'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import type { Register } from './command'
import { registerDeadEvents } from './dead-events'

const subjectOf = (event: Event) => `${event.subject.type} ${shortId(event.subject.id)}`
const actorOf = (event: Event) => `${event.actor.kind} ${event.actor.name}`

function eventTable(cli: Cli, events: readonly Event[]): string {
  const now = cli.process.now()
  const rows = events.map((event) => [
    event.seq,
    ago(event.at, now),
    event.type,
    event.project ?? '',
    subjectOf(event),
    actorOf(event),
  ])
  return renderTable(['SEQ', 'AGE', 'TYPE', 'PROJECT', 'SUBJECT', 'BY'], rows)
}

/** One event as a line of `--follow`. */
function eventLine(event: Event): string {
  const words = [event.at, event.type, event.project ?? '-', subjectOf(event), actorOf(event)]
  return `${inertLine(words.join('  '))}  ${inertJson(event.data, 0)}`
}

/** Prints events as they happen, over broken connections too; ends with the process or at a final refusal. */
function follow(cli: Cli, types: EventType[] | undefined, json: boolean): Promise<never> {
  return new Promise((_resolve, reject) => {
    let told = false
    cli.api().event.stream.subscribe(
      { types },
      {
        onData({ data }) {
          told = false
          if (json) cli.printJson(data, 'lines')
          else cli.print(eventLine(data))
        },
        onConnectionStateChange(change) {
          if (change.state !== 'connecting' || !change.error || told) return
          told = true
          cli.warn('stratavore: the connection is lost; connecting again')
        },
        onError: reject,
        onComplete: () => reject(new CliError('the server ended the stream', ExitCode.unreachable)),
      },
    )
  })
}

interface EventsOptions {
  follow?: boolean
  type?: EventType[]
  project?: string
  limit?: string
  json?: boolean
}

export const registerEvents: Register = (program, cli) => {
  const events = program
    .command('events')
    .description('list what happened, newest first, or follow what happens')
    .option('-f, --follow', 'print events as they happen (with --json one object per line)')
    .addOption(new Option('--type <type...>', 'only these types').choices(eventType.options))
    .option('--project <project>', 'only of one project (not with --follow)')
    .option('--limit <number>', 'how many', '100')
    .option('--json', "print the API's own objects as JSON")
    .action(async (options: EventsOptions) => {
      if (options.follow) return follow(cli, options.type, options.json === true)
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > 500)
        throw new CliError('--limit: must be 1 to 500', ExitCode.usage)
      const list = await cli.api().event.list.query({ types: options.type, project: options.project, limit })
      if (options.json) cli.printJson(list)
      else cli.print(list.length === 0 ? 'Nothing happened yet.' : eventTable(cli, list))
    })
  registerDeadEvents(events, cli)
}
