import { readApiFailure } from '@/client/api/api-failure'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { boundedParallel } from '../bounded-parallel'
import type { Cli } from '../cli'
import { CliError, describeFailure } from '../cli-error'
import { ExitCode, exitCodeOfFailure } from '../exit-code'
import { shortId } from '../match-id'
import { resolveRunnerId } from '../runner-id'
import { JSON_FLAG, type Register } from './command'

/** Stops in flight at once. */
const MAX_PARALLEL_STOPS = 8
/** The most `runner.list` gives. */
const LIST_LIMIT = 5000

interface KillOptions {
  project?: string
  all?: boolean
  force?: boolean
  json?: boolean
}

/** The ids a command line means; exactly one way of naming them may be used. */
async function targets(cli: Cli, ids: readonly string[], options: KillOptions): Promise<string[]> {
  const ways = Number(ids.length > 0) + Number(options.project !== undefined) + Number(options.all === true)
  if (ways !== 1) throw new CliError('name runners, or use --project or --all', ExitCode.usage)
  const api = cli.api()
  if (ids.length > 0) return [...new Set(await Promise.all(ids.map((id) => resolveRunnerId(api, id))))]
  const runners: Runner[] = await api.runner.list.query({ project: options.project, limit: LIST_LIMIT })
  return runners.filter((runner) => !isEnded(runner.status) && runner.status !== 'stopping').map((runner) => runner.id)
}

export const registerKill: Register = (program, cli) => {
  program
    .command('kill')
    .alias('stop')
    .description('stop runners: politely first, then the whole process tree')
    .argument('[id...]', 'runner names, or ids or beginnings of them')
    .option('--project <project>', 'all live runners of a project')
    .option('--all', 'all live runners')
    .option('--force', 'SIGKILL at once')
    .option(...JSON_FLAG)
    .action(async (ids: string[], options: KillOptions) => {
      const wanted = await targets(cli, ids, options)
      const stop = (id: string) => cli.api().runner.stop.mutate({ id, force: options.force === true })
      const results = await boundedParallel(wanted, MAX_PARALLEL_STOPS, stop)
      const stopped = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      if (options.json) cli.printJson(stopped)
      else if (wanted.length === 0) cli.print('No live runners.')
      else for (const runner of stopped) cli.print(`${shortId(runner.id)} ${runner.status}`)
      const failures = results.flatMap((result, index) =>
        result.status === 'rejected' ? [{ id: wanted[index] ?? '', failure: readApiFailure(result.reason) }] : [],
      )
      const [first] = failures
      if (!first) return
      for (const { id, failure } of failures.slice(1))
        cli.warn(`stratavore: ${shortId(id)}: ${describeFailure(failure)}`)
      throw new CliError(
        `${shortId(first.id)}: ${describeFailure(first.failure)}`,
        exitCodeOfFailure(first.failure.code),
      )
    })
}
