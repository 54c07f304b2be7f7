import { Option } from 'commander'
import { tokenScope } from '@/contracts/access/access'
import { type ApiToken, tokenDays } from '@/contracts/identity/identity'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const DEFAULT_DAYS = '90'

interface CreateOptions {
  scope: string[]
  days: string
  service?: string
  json?: boolean
}

/** Days from what was typed; null for `never`. Throws CliError (2). */
function parseDays(text: string): number | null {
  if (text === 'never') return null
  const parsed = tokenDays.safeParse(/^\d+$/.test(text) ? Number(text) : null)
  if (parsed.success) return parsed.data
  throw new CliError(`--days: must be a number of days or never, not ${text}`, ExitCode.usage)
}

/** The one token meant by an id, its beginning, or a name. Throws CliError (3) for none and for several. */
function find(tokens: readonly ApiToken[], ref: string): ApiToken {
  const exact = tokens.filter(({ id, name }) => id === ref || name === ref)
  const found = exact.length > 0 ? exact : tokens.filter(({ id }) => id.startsWith(ref))
  const [token] = found
  if (token && found.length === 1) return token
  const many = found.length > 1 ? `${JSON.stringify(ref)} means several tokens: give the id` : undefined
  throw new CliError(many ?? `there is no token ${JSON.stringify(ref)}`, ExitCode.notFound)
}

function printTokens(cli: Cli, tokens: readonly ApiToken[]): void {
  const now = cli.process.now()
  const rows = tokens.map((token) => [
    token.id.slice(0, 8),
    token.name,
    token.user,
    token.scopes.join(' '),
    token.expiresAt?.slice(0, 10) ?? 'never',
    token.lastUsedAt === null ? 'never' : ago(token.lastUsedAt, now),
  ])
  cli.print(renderTable(['ID', 'NAME', 'USER', 'SCOPES', 'EXPIRES', 'USED'], rows))
}

export const registerToken: Register = (program, cli) => {
  const token = program.command('token').description('make, list and revoke API tokens')
  token
    .command('create')
    .description('make an API token and print it, this once')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--scope <scopes...>', 'what it may do; * is whatever you may')
        .choices(tokenScope.options)
        .default(['*']),
    )
    .option('--service <user>', 'make it for this service, not for you')
    .option('--days <days>', 'until it expires, or never', DEFAULT_DAYS)
    .option(...JSON_FLAG)
    .action(async (name: string, options: CreateOptions) => {
      const scopes = options.scope.map((scope) => tokenScope.parse(scope))
      const made = await cli.api().auth.createToken.mutate({
        name,
        scopes,
        days: parseDays(options.days),
        user: options.service,
      })
      if (options.json) cli.printJson(made)
      else cli.print(made.token)
    })
  token
    .command('list')
    .description('list API tokens that work')
    .option('--all', 'those of every user')
    .option(...JSON_FLAG)
    .action(async (options: { all?: boolean; json?: boolean }) => {
      const tokens = await cli.api().auth.tokens.query({ all: options.all === true })
      if (options.json) cli.printJson(tokens)
      else printTokens(cli, tokens)
    })
  token
    .command('revoke')
    .description('end an API token; what is open with it is cut')
    .argument('<token>', 'name, id or the beginning of it')
    .option('--all', 'look among those of every user')
    .action(async (ref: string, options: { all?: boolean }) => {
      const found = find(await cli.api().auth.tokens.query({ all: options.all === true }), ref)
      await cli.api().auth.revokeToken.mutate({ id: found.id })
      cli.print(`revoked ${found.name}`)
    })
}
