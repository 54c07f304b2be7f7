import { Option } from 'commander'
import { localTimeZone } from '@/client/local-time-zone'
import { type UsageBy, type UsageDrift, type UsageSum, type UsageSummary, usageBy } from '@/contracts/usage/summary'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { resolveRunnerId } from '../runner-id'
import { inertLine } from '../text/inert-text'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

interface UsageOptions {
  by: UsageBy
  project?: string
  runner?: string
  from?: string
  to?: string
  days?: string
  json?: boolean
}

/** An ISO time as typed, or midnight UTC of a day. */
function timeOf(text: string, option: string): string {
  const at = new Date(DAY.test(text) ? `${text}T00:00:00Z` : text)
  if (Number.isNaN(at.getTime()))
    throw new CliError(`${option}: must be a day like 2026-11-22 or an ISO time, not ${text}`, ExitCode.usage)
  return at.toISOString()
}

function spanOf(options: UsageOptions, now: Date): { from?: string; to?: string } {
  if (options.days !== undefined) {
    const days = /^\d{1,4}$/.test(options.days) ? Number(options.days) : 0
    if (days < 1 || options.from !== undefined)
      throw new CliError('--days: must be 1 to 9999, and not with --from', ExitCode.usage)
    return {
      from: new Date(now.getTime() - days * DAY_MS).toISOString(),
      ...(options.to === undefined ? {} : { to: timeOf(options.to, '--to') }),
    }
  }
  return {
    ...(options.from === undefined ? {} : { from: timeOf(options.from, '--from') }),
    ...(options.to === undefined ? {} : { to: timeOf(options.to, '--to') }),
  }
}

const row = (label: string | null, sum: UsageSum): (string | number | null)[] => [
  label,
  sum.requests,
  sum.tokens.input,
  sum.tokens.output,
  sum.tokens.cacheRead,
  sum.tokens.cacheWrite5m + sum.tokens.cacheWrite1h,
  sum.totalTokens,
  `$${sum.costUsd.toFixed(4)}${sum.unpricedRequests > 0 ? '+' : ''}`,
]

const nameOf = (by: UsageBy, { name, key }: UsageSummary['parts'][number]): string => name ?? key ?? `(no ${by})`

/** By how much the two sources differ; null where they do not. */
const describeDrift = ({ tokens, requests }: UsageDrift): string | null =>
  tokens === 0
    ? null
    : `Telemetry told ${Math.abs(tokens)} tokens ${tokens > 0 ? 'more' : 'less'} than transcripts, over ${requests} requests both tell of.`

function print(cli: Cli, by: UsageBy, summary: UsageSummary): void {
  const { total, parts, drift, unpricedModels, moreParts } = summary
  const head = [by.toUpperCase(), 'REQUESTS', 'INPUT', 'OUTPUT', 'CACHE READ', 'CACHE WRITE', 'TOKENS', 'COST']
  const lines = parts.map((part) => row(nameOf(by, part), part))
  cli.print(renderTable(head, [...lines, row('total', total)]))
  if (moreParts > 0) cli.print(`${moreParts} more are in the total only.`)
  if (unpricedModels.length > 0)
    cli.print(inertLine(`+ ${total.unpricedRequests} requests have no price: ${unpricedModels.join(', ')}`))
  for (const part of parts.length > 1 ? parts : []) {
    const told = describeDrift(part.drift)
    if (told !== null) cli.print(inertLine(`${nameOf(by, part)}: ${told}`))
  }
  const told = describeDrift(drift)
  if (told !== null) cli.print(told)
  if (summary.pricesProblem !== null) cli.print(inertLine(`Your own prices do not count: ${summary.pricesProblem}`))
}

export const registerUsage: Register = (program, cli) => {
  const usage = program
    .command('usage')
    .description('show what was used and what it cost')
    .addOption(new Option('--by <what>', 'what to tell apart').choices(usageBy.options).default('project'))
    .option('--project <project>', 'only that of one project')
    .option('--runner <runner>', 'only that of one runner, by its id or how it begins')
    .option('--from <time>', 'from this day or ISO time on')
    .option('--to <time>', 'before this day or ISO time')
    .option('--days <days>', 'of the last so many days')
    .option(...JSON_FLAG)
    .action(async (options: UsageOptions) => {
      const timeZone = localTimeZone()
      const { by, project } = options
      const api = cli.api()
      const runner = options.runner === undefined ? undefined : await resolveRunnerId(api, options.runner)
      const summary = await api.usage.summary.query({
        by,
        project,
        runner,
        timeZone,
        ...spanOf(options, cli.process.now()),
      })
      if (options.json) cli.printJson(summary)
      else print(cli, by, summary)
    })
  usage
    .command('reindex')
    .description('read all transcripts anew; what is counted is not counted twice')
    .option('--node <name>', 'only those of one node')
    .option(...JSON_FLAG)
    .action(async (_options, command) => {
      const { node, json } = command.optsWithGlobals()
      const done = await cli.api().usage.reindex.mutate({ node })
      if (json) cli.printJson(done)
      else cli.print(`${done.files} transcripts are read anew.`)
    })
}
