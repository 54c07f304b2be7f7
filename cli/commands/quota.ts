import { Option } from 'commander'
import { localTimeZone } from '@/client/local-time-zone'
import type { Quota, QuotaSetInput } from '@/contracts/quota/quota'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { parseBytes, parseTokens, shortAmount } from '../text/amount'
import { shortBytes } from '../text/short-bytes'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** Runners a quota may allow at most (the API's own bound). */
const MAX_RUNNERS = 10_000

const amountOf = ({ kind }: Quota, amount: number): string => {
  switch (kind) {
    case 'memory_bytes':
      return shortBytes(amount)
    case 'cpu_percent':
      return `${Math.round(amount)} %`
    default:
      return shortAmount('tokens', amount)
  }
}

interface SetOptions {
  memory?: string
  cpu?: string
  tokensPerDay?: string
  timeZone?: string
  unset?: string[]
}

const UNSET = {
  runners: 'runners',
  memory: 'memoryBytes',
  cpu: 'cpuPercent',
  'tokens-per-day': 'tokensPerDay',
} as const
type Unset = keyof typeof UNSET

function parseCpu(text: string): number {
  if (/^\d{1,6}%?$/.test(text)) return Number.parseInt(text, 10)
  throw new CliError(`--cpu: must be a percentage such as 200 (two cores), not ${text}`, ExitCode.usage)
}

function parseRunners(text: string): number {
  const runners = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (runners <= MAX_RUNNERS) return runners
  throw new CliError(`<runners>: must be 0 to ${MAX_RUNNERS}, not ${text}`, ExitCode.usage)
}

/** What is to be set; null for what is taken away. Throws CliError (2). */
function parseWish(runners: string | undefined, options: SetOptions): Omit<QuotaSetInput, 'project'> {
  const wish: Omit<QuotaSetInput, 'project'> = {}
  if (runners !== undefined) wish.runners = parseRunners(runners)
  if (options.memory !== undefined) wish.memoryBytes = parseBytes('--memory', options.memory)
  if (options.cpu !== undefined) wish.cpuPercent = parseCpu(options.cpu)
  if (options.tokensPerDay !== undefined) wish.tokensPerDay = parseTokens('--tokens-per-day', options.tokensPerDay)
  for (const kind of options.unset ?? []) wish[UNSET[kind as Unset]] = null
  if (Object.keys(wish).length > 0) return { ...wish, timeZone: options.timeZone, timeZoneIfNew: localTimeZone() }
  throw new CliError('name how many runners, --memory, --cpu, --tokens-per-day or --unset', ExitCode.usage)
}

function printQuotas(cli: Cli, quotas: readonly Quota[]): void {
  const rows = quotas.map((quota) => [
    quota.project,
    quota.kind.replaceAll('_', ' '),
    amountOf(quota, quota.used),
    amountOf(quota, quota.limit),
    quota.explicit ? 'set' : 'default',
  ])
  cli.print(quotas.length === 0 ? 'No projects yet.' : renderTable(['PROJECT', 'QUOTA', 'USED', 'LIMIT', 'FROM'], rows))
}

export const registerQuota: Register = (program, cli) => {
  async function show(project: string | undefined, json: boolean): Promise<void> {
    const quotas = await cli.api().quota.list.query({ project })
    if (json) cli.printJson(quotas)
    else printQuotas(cli, quotas)
  }
  const quota = program
    .command('quota')
    .description('show what the runners of each project may be and use together, or set it')
    .option(...JSON_FLAG)
    .action((options: { json?: boolean }) => show(undefined, options.json === true))
  quota
    .command('show')
    .description('show the quotas of one project or of all')
    .argument('[project]', 'project name or id')
    .option(...JSON_FLAG)
    .action((project: string | undefined, _options, command) => show(project, command.optsWithGlobals().json === true))
  quota
    .command('set')
    .description('set what the runners of a project may be and use together')
    .argument('<project>', 'project name or id')
    .argument('[runners]', `how many at once, 0 to ${MAX_RUNNERS}`)
    .option('--memory <bytes>', 'of all their processes, e.g. 4G')
    .option('--cpu <percent>', 'of all their processes; 100 is one core')
    .option('--tokens-per-day <tokens>', 'e.g. 2M; past it no tool runs until midnight')
    .option('--time-zone <zone>', 'whose midnight; of a new one yours')
    .addOption(new Option('--unset <kind...>', 'take these away').choices(Object.keys(UNSET)))
    .option(...JSON_FLAG)
    .action(async (project: string, runners: string | undefined, options: SetOptions, command) => {
      const set = await cli.api().quota.set.mutate({ project, ...parseWish(runners, options) })
      if (command.optsWithGlobals().json) cli.printJson(set)
      else printQuotas(cli, set)
    })
}
