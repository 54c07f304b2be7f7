import { InvalidArgumentError, Option } from 'commander'
import { readApiFailure } from '@/client/api/api-failure'
import { providerId } from '@/contracts/provider/provider'
import { MAX_LAUNCH_COUNT, type RunnerLaunchInput } from '@/contracts/runner/inputs'
import { restartPolicy } from '@/contracts/runner/runner'
import { attachTo } from '../attach/attach-to'
import { boundedParallel } from '../bounded-parallel'
import type { Cli } from '../cli'
import { CliError, describeFailure } from '../cli-error'
import { ExitCode, exitCodeOfFailure } from '../exit-code'
import { type LaunchChoices, launchRunner } from '../launch-runner'
import { runnerTable } from '../runner-table'
import { inertLine } from '../text/inert-text'
import type { Register } from './command'

/** Launches in flight at once: enough to be quick, few enough to stay below the server's own limits. */
const MAX_PARALLEL_LAUNCHES = 8

/** A whole number from 1 to MAX_LAUNCH_COUNT. */
function readCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > MAX_LAUNCH_COUNT) throw new InvalidArgumentError(`must be 1 to ${MAX_LAUNCH_COUNT}.`)
  return count
}

/** Launches `count`, prints those that came to be, and ends with the exit code of the worst refusal. */
async function launchMany(
  cli: Cli,
  project: string,
  choices: LaunchChoices,
  count: number,
  json: boolean,
): Promise<void> {
  const places = Array.from({ length: count }, (_, index) => index)
  const results = await boundedParallel(places, MAX_PARALLEL_LAUNCHES, () => launchRunner(cli, project, choices))
  const launched = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (json) cli.printJson(launched)
  else if (launched.length > 0) cli.print(runnerTable(cli, launched))
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [readApiFailure(result.reason)] : []))
  const worst = failures.find((failure) => exitCodeOfFailure(failure.code) === ExitCode.refused) ?? failures[0]
  if (!worst) return
  const exitCode = exitCodeOfFailure(worst.code)
  throw new CliError(`${failures.length} of ${count} not launched: ${describeFailure(worst)}`, exitCode)
}

interface LaunchOptions extends LaunchChoices {
  count?: number
  attach?: boolean
  restart?: RunnerLaunchInput['restartPolicy']
  json?: boolean
}

export const registerLaunch: Register = (program, cli) => {
  program
    .command('launch')
    .description('start a runner of a project')
    .argument('<project>', 'project name or id')
    .addOption(
      new Option('--provider <provider>', "which CLI to run (default: the project's own)").choices(providerId.options),
    )
    .option('--prompt <text>', 'first prompt, given to the program as it is')
    .option('--name <name>', 'a name to tell it apart by')
    .option('--count <number>', 'launch so many at once; exits with 4 when a quota refused some', readCount)
    .addOption(
      new Option('--restart <policy>', 'start it again when it fails').choices(restartPolicy.options).default('never'),
    )
    .option('--attach', 'attach to it at once (not with --count or --json)')
    .option('--json', 'print the runner as JSON; an array with --count')
    .action(async (project: string, options: LaunchOptions) => {
      if (options.attach && (options.count !== undefined || options.json))
        throw new CliError('--attach cannot go with --count or --json', ExitCode.usage)
      const choices = {
        provider: options.provider,
        prompt: options.prompt,
        name: options.name,
        restartPolicy: options.restart,
      }
      if (options.count !== undefined) return launchMany(cli, project, choices, options.count, options.json === true)
      const runner = await launchRunner(cli, project, choices)
      if (options.json) return cli.printJson(runner)
      if (options.attach) return attachTo(cli, runner.id)
      cli.print(`launched ${runner.id} (${inertLine(runner.provider)} in ${inertLine(runner.project)})`)
    })
}
