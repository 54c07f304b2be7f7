import type { Command } from 'commander'
import {
  type NotificationSettings,
  type NotificationSettingsUpdate,
  notificationKind,
  notificationSettingsUpdate,
} from '@/contracts/notification/notification'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { inertLine } from '../text/inert-text'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const wantsJson = (command: Command): boolean => command.optsWithGlobals().json === true

async function test(cli: Cli, json: boolean): Promise<void> {
  const result = await cli.api().notification.test.mutate()
  if (json) cli.printJson(result)
  if (result.results.length === 0) {
    const channels = await cli.api().notification.channels.query()
    const hints = channels.map(({ channel, hint }) => `${channel}: ${hint ?? ''}`)
    throw new CliError(`no channel is set up. ${hints.join(' ')}`)
  }
  if (!json) {
    for (const { channel, ok, detail } of result.results) {
      const mark = ok ? cli.colors.green('ok     ') : cli.colors.red('problem')
      cli.print(`${mark}  ${inertLine(`${channel}: ${detail}`)}`)
    }
  }
  if (result.results.some(({ ok }) => !ok)) cli.exitWith(ExitCode.failed)
}

async function list(cli: Cli, limit: number, json: boolean): Promise<void> {
  const notifications = await cli.api().notification.list.query({ limit })
  if (json) return cli.printJson(notifications)
  const now = cli.process.now()
  const rows = notifications.map((one) => [
    ago(one.updatedAt, now),
    one.channel,
    one.state,
    one.priority,
    one.title,
    one.lastError ?? '',
  ])
  cli.print(
    rows.length === 0
      ? 'Nothing was told yet.'
      : renderTable(['AGE', 'CHANNEL', 'STATE', 'PRIORITY', 'TITLE', 'ERROR'], rows),
  )
}

function printSettings(cli: Cli, settings: NotificationSettings, json: boolean): void {
  if (json) {
    cli.printJson(settings)
    return
  }
  const rows = notificationKind.options.map((kind) => [kind, settings.enabled[kind] ? 'on' : 'off'])
  const { quietHours, timeZone, summaryAt } = settings
  cli.print(renderTable(['KIND', 'TOLD'], rows))
  cli.print(`quiet hours    ${quietHours === null ? 'none' : `${quietHours.from}-${quietHours.to}`}`)
  cli.print(`daily summary  ${settings.enabled.daily_summary ? summaryAt : 'off'}`)
  cli.print(`time zone      ${timeZone}`)
}

interface SetOptions {
  on?: string[]
  off?: string[]
  quiet?: string
  timeZone?: string
  summaryAt?: string
}

/** What the flags ask for, checked by the API's own schema. */
function changeOf(options: SetOptions): NotificationSettingsUpdate {
  const enabled = Object.fromEntries([
    ...(options.on ?? []).map((kind) => [kind, true] as const),
    ...(options.off ?? []).map((kind) => [kind, false] as const),
  ])
  const [from, to] = options.quiet?.split('-') ?? []
  const quietHours = options.quiet === 'none' ? null : { from, to }
  const parsed = notificationSettingsUpdate.safeParse({
    ...(Object.keys(enabled).length > 0 ? { enabled } : {}),
    ...(options.quiet === undefined ? {} : { quietHours }),
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
    ...(options.summaryAt === undefined ? {} : { summaryAt: options.summaryAt }),
  })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CliError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`, ExitCode.usage)
  }
  if (Object.keys(parsed.data).length === 0)
    throw new CliError('say what to change: see stratavore notify settings set --help', ExitCode.usage)
  return parsed.data
}

/** Most that the API lists. */
const MAX_LISTED = 200

export const registerNotify: Register = (program, cli) => {
  const notify = program.command('notify').description('notifications: send a test, see what was told, choose what is')
  notify
    .command('test')
    .description('send a test through every channel that is set up; exits with 1 when one fails or none is set up')
    .option(...JSON_FLAG)
    .action((_options, command: Command) => test(cli, wantsJson(command)))
  notify
    .command('list')
    .description('what was told lately and what waits to be sent')
    .option('--limit <number>', 'how many', '50')
    .option(...JSON_FLAG)
    .action((options: { limit: string }, command: Command) => {
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED)
        throw new CliError(`--limit: must be 1 to ${MAX_LISTED}`, ExitCode.usage)
      return list(cli, limit, wantsJson(command))
    })
  const settings = notify
    .command('settings')
    .description('what is told, and when')
    .option(...JSON_FLAG)
    .action(async (_options, command: Command) =>
      printSettings(cli, await cli.api().notification.settings.query(), wantsJson(command)),
    )
  settings
    .command('set')
    .description(`choose what is told; kinds: ${notificationKind.options.join(', ')}`)
    .option('--on <kind...>', 'tell these')
    .option('--off <kind...>', 'do not tell these')
    .option('--quiet <from-to>', 'hours without a sound, like 22:30-07:00, or none')
    .option('--time-zone <zone>', 'of these times, like Europe/Berlin')
    .option('--summary-at <time>', 'when the daily summary comes, like 08:00')
    .option(...JSON_FLAG)
    .action(async (options: SetOptions, command: Command) =>
      printSettings(cli, await cli.api().notification.updateSettings.mutate(changeOf(options)), wantsJson(command)),
    )
}
