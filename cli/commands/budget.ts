import { Option } from 'commander'
import { localTimeZone } from '@/client/local-time-zone'
import { type Budget, budgetPeriod, budgetPolicy } from '@/contracts/budget/budget'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../match-id'
import { resolveRunnerId } from '../runner-id'
import { parseAmount, shortAmount } from '../text/amount'
import { type Cell, renderFacts, renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

interface SetOptions {
  limit: string
  period: Budget['period']
  policy?: Budget['policy']
  runner?: string
  timeZone?: string
  off?: boolean
  on?: boolean
}

const subjectOf = (budget: Budget): string =>
  budget.scope === 'installation'
    ? 'everything'
    : budget.scope === 'project'
      ? (budget.project ?? '')
      : `${budget.project}/${shortId(budget.runnerId ?? '')}`

const amountOf = (budget: Budget, amount: number): string => shortAmount(budget.unit, amount)

/** What a percentage at the end means, where it can be told. */
const forecastOf = (budget: Budget): string | null => {
  if (budget.current.exhausted) return 'exhausted'
  if (!budget.forecast) return null
  const { exhaustedAt, percentAtEnd } = budget.forecast
  return exhaustedAt === null ? `${Math.round(percentAtEnd)} % by the end` : `exhausted at ${exhaustedAt}`
}

function rowOf(budget: Budget): Cell[] {
  const { current } = budget
  return [
    shortId(budget.id),
    subjectOf(budget),
    `${amountOf(budget, current.limit)} ${budget.period}`,
    amountOf(budget, current.spent),
    `${Math.round(current.percent)} %`,
    budget.enabled ? (budget.quota ? `${budget.policy} (quota)` : budget.policy) : 'off',
    current.end,
    forecastOf(budget),
  ]
}

const HEAD = ['ID', 'OF', 'LIMIT', 'USED', '', 'AT 100 %', 'RESETS', 'FORECAST']

/** The budget that the beginning of an id means. Throws CliError: not found (3), ambiguous (2). */
async function findBudget(cli: Cli, prefix: string): Promise<Budget> {
  const matches = (await cli.api().budget.list.query({})).filter((one) => one.id.startsWith(prefix.toLowerCase()))
  const [only] = matches
  if (only && matches.length === 1) return only
  if (!only) throw new CliError(`no budget has an id that begins with ${JSON.stringify(prefix)}`, ExitCode.notFound)
  throw new CliError(
    `${JSON.stringify(prefix)} may be any of ${matches.map(({ id }) => id).join(', ')}`,
    ExitCode.usage,
  )
}

/** `+20%` of the limit, or `+5usd`, `+1M` in the budget's own unit. */
function parseRaise(text: string, unit: Budget['unit']): { percent: number } | { amount: number } {
  const share = /^\+?(\d{1,4}(?:\.\d{1,2})?)%$/.exec(text)
  if (share) return { percent: Number(share[1]) }
  const { unit: typed, amount } = parseAmount('<by>', text.replace(/^\+/, ''))
  if (typed !== unit) throw new CliError(`<by>: the budget counts ${unit}, not ${typed}`, ExitCode.usage)
  return { amount }
}

function factsOf(budget: Budget): [string, Cell][] {
  const { current } = budget
  return [
    ['id', budget.id],
    ['of', subjectOf(budget)],
    ['limit', `${amountOf(budget, budget.limit)} ${budget.period} (${budget.timeZone})`],
    ['raised by', amountOf(budget, current.raisedBy)],
    ['used', `${amountOf(budget, current.spent)}, ${Math.round(current.percent)} %`],
    ['left', amountOf(budget, current.remaining)],
    ['without a price', budget.unit === 'usd' ? `${current.unpricedRequests} requests` : '-'],
    ['at 100 %', budget.policy],
    ['enabled', budget.enabled ? 'yes' : 'no'],
    ['period', `${current.start} to ${current.end}`],
    ['forecast', forecastOf(budget)],
  ]
}

export const registerBudget: Register = (program, cli) => {
  const print = (budgets: readonly Budget[], none: string) =>
    cli.print(budgets.length === 0 ? none : renderTable(HEAD, budgets.map(rowOf)))

  async function list(project: string | undefined, json: boolean): Promise<void> {
    const budgets = await cli.api().budget.list.query({ project })
    if (json) cli.printJson(budgets)
    else print(budgets, 'No budgets yet. Set one: stratavore budget set --limit 20usd --period daily')
  }
  const budget = program
    .command('budget')
    .description('show what may be spent and what is, or change it')
    .option('--project <name>', 'those that count for one project')
    .option(...JSON_FLAG)
    .action((options: { project?: string; json?: boolean }) => list(options.project, options.json === true))
  budget
    .command('show')
    .description('show one budget')
    .argument('<budget>', 'id, or its beginning')
    .option(...JSON_FLAG)
    .action(async (id: string, _options, command) => {
      const found = await findBudget(cli, id)
      if (command.optsWithGlobals().json) cli.printJson(found)
      else cli.print(renderFacts(factsOf(found)))
    })
  budget
    .command('set')
    .description('set the budget of a project, of a runner, or of everything; one per period and unit')
    .argument('[project]', 'project name or id')
    .requiredOption('--limit <amount>', 'tokens, e.g. 5M, or money, e.g. 20usd')
    .addOption(new Option('--period <period>', 'how long it lasts').choices(budgetPeriod.options).default('daily'))
    .addOption(
      new Option('--policy <policy>', 'what happens at 100 %; of a new one notify').choices(budgetPolicy.options),
    )
    .option('--runner <id>', 'for one runner')
    .option('--time-zone <zone>', 'whose midnight begins a day; of a new one yours')
    .option('--off', 'keep it, but count and enforce nothing')
    .option('--on', 'count and enforce it again')
    .option(...JSON_FLAG)
    .action(async (project: string | undefined, options: SetOptions, command) => {
      const { unit, amount: limit } = parseAmount('--limit', options.limit)
      const { period, policy, timeZone } = options
      const runnerId = options.runner === undefined ? undefined : await resolveRunnerId(cli.api(), options.runner)
      const enabled = options.on ? true : options.off ? false : undefined
      const wish = { project, runnerId, unit, limit, period, policy, timeZone, enabled }
      const set = await cli.api().budget.set.mutate({ ...wish, timeZoneIfNew: localTimeZone() })
      if (command.optsWithGlobals().json) cli.printJson(set)
      else print([set], '')
    })
  budget
    .command('raise')
    .description('add to the limit for the present period; what it held goes on')
    .argument('<budget>', 'id, or its beginning')
    .argument('<by>', 'a share of the limit, e.g. +20%, or an amount, e.g. +5usd or +1M')
    .option(...JSON_FLAG)
    .action(async (id: string, by: string, _options, command) => {
      const found = await findBudget(cli, id)
      const raised = await cli.api().budget.raise.mutate({ id: found.id, by: parseRaise(by, found.unit) })
      if (command.optsWithGlobals().json) cli.printJson(raised)
      else print([raised], '')
    })
  budget
    .command('delete')
    .description('delete a budget with what it counted')
    .argument('<budget>', 'id, or its beginning')
    .action(async (id: string) => {
      const found = await findBudget(cli, id)
      await cli.api().budget.delete.mutate({ id: found.id })
      cli.print(`Deleted the ${found.period} budget of ${subjectOf(found)}.`)
    })
}
