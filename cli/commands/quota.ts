import type { Quota } from '@/contracts/quota/quota'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** Runners a quota may allow at most (the API's own bound). */
const MAX_RUNNERS = 10_000

function printQuotas(cli: Cli, quotas: readonly Quota[]): void {
  const rows = quotas.map((quota) => [
    quota.project,
    quota.kind.replaceAll('_', ' '),
    quota.used,
    quota.limit,
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
    .description('show how many runners each project may have at once, or set it')
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
    .description('set how many runners a project may have at once')
    .argument('<project>', 'project name or id')
    .argument('<runners>', `0 to ${MAX_RUNNERS}`)
    .option(...JSON_FLAG)
    .action(async (project: string, text: string, _options, command) => {
      const runners = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
      if (!(runners <= MAX_RUNNERS))
        throw new CliError(`<runners>: must be 0 to ${MAX_RUNNERS}, not ${text}`, ExitCode.usage)
      const set = await cli.api().quota.set.mutate({ project, runners })
      if (command.optsWithGlobals().json) cli.printJson(set)
      else printQuotas(cli, [set])
    })
}
