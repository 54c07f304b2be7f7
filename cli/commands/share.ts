import type { ShareLink } from '@/contracts/share/share'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { matchId, shortId } from '../match-id'
import { resolveRunnerId } from '../runner-id'
import { inertLine } from '../text/inert-text'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const UNIT_MINUTES: Record<string, number> = { m: 1, h: 60, d: 24 * 60 }
const MAX_DAYS = 7

/** Minutes of `30m`, `2h` or `7d`. Throws CliError (2). */
function minutesOf(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const minutes = Number(digits) * (UNIT_MINUTES[unit] ?? Number.NaN)
  if (minutes >= 1 && minutes <= MAX_DAYS * 24 * 60) return minutes
  throw new CliError(`--for: must be 1m to ${MAX_DAYS}d, as 30m, 2h or 1d, not ${inertLine(text)}`, ExitCode.usage)
}

function printShares(cli: Cli, shares: readonly ShareLink[]): void {
  const rows = shares.map((share) => [
    shortId(share.id),
    shortId(share.runnerId),
    share.project,
    share.kind,
    share.user,
    share.expiresAt,
    share.lastOpenedAt ?? 'never',
  ])
  cli.print(renderTable(['ID', 'RUNNER', 'PROJECT', 'SHOWS', 'BY', 'EXPIRES', 'OPENED'], rows))
}

const HELP = `
Whoever has the link looks without signing in, at this runner and nothing else; they cannot type and their window changes
no size. It ends when its time is over, when it is revoked, and when you may no longer drive the runner. The link is
printed this once.`

export const registerShare: Register = (program, cli) => {
  const share = program.command('share').description('show a runner to others by a link that expires')
  share
    .command('create', { isDefault: true })
    .description('print a link that shows a live terminal, read-only')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option('--recording', 'show its recordings instead')
    .option('--for <time>', 'how long it works, at most 7d', '1h')
    .option(...JSON_FLAG)
    .addHelpText('after', HELP)
    .action(async (typed: string, options: { recording?: boolean; for: string; json?: boolean }) => {
      const minutes = minutesOf(options.for)
      const runnerId = await resolveRunnerId(cli.api(), typed)
      const kind = options.recording ? 'recording' : 'terminal'
      const made = await cli.api().share.create.mutate({ runnerId, kind, minutes })
      if (options.json) cli.printJson(made)
      else cli.print(inertLine(made.url))
    })
  share
    .command('list')
    .description('list links that work')
    .argument('[id]', 'only those of this runner')
    .option(...JSON_FLAG)
    .action(async (typed: string | undefined, options: { json?: boolean }) => {
      const runnerId = typed === undefined ? undefined : await resolveRunnerId(cli.api(), typed)
      const shares = await cli.api().share.list.query({ runnerId })
      if (options.json) cli.printJson(shares)
      else printShares(cli, shares)
    })
  share
    .command('revoke')
    .description('end a link; what is open with it is cut')
    .argument('<share>', 'id of the link or a beginning of it')
    .action(async (typed: string) => {
      const hint = ({ kind, project }: ShareLink) => `${kind} in ${inertLine(project)}`
      const found = matchId(typed, await cli.api().share.list.query({}), { what: 'link', hint })
      await cli.api().share.revoke.mutate({ id: found.id })
      cli.print(`revoked ${shortId(found.id)}`)
    })
}
