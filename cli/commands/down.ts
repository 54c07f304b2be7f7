import { setTimeout as delay } from 'node:timers/promises'
import type { LauncherState } from '@/contracts/supervision/messages'
import { isSameProcess } from '@/platform/process-identity'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { readLauncherRecord } from '../launcher-record'
import type { Register } from './command'

/** A stop in order (web, daemon, Postgres) takes a few seconds; with runners their grace period on top. */
const STOP_TIMEOUT_MS = 60_000
/** How often its process is looked for. */
const LOOK_INTERVAL_MS = 50

/** Waits until the process of `record` is gone. Throws CliError when it outlives the timeout. */
async function waitUntilGone(cli: Cli, record: LauncherState): Promise<void> {
  const deadline = cli.process.now().getTime() + STOP_TIMEOUT_MS
  while (isSameProcess(record)) {
    if (cli.process.now().getTime() > deadline)
      throw new CliError(`process ${record.pid} still runs ${STOP_TIMEOUT_MS / 1000} s after it was told to stop`)
    await delay(LOOK_INTERVAL_MS)
  }
}

export const registerDown: Register = (program, cli) => {
  program
    .command('down')
    .description('stop web, daemon and database; runners go on, and the next start adopts them')
    .option('--stop-runners', 'stop the runners and their agents too')
    .action(async (options: { stopRunners?: boolean }) => {
      const { home } = cli.settings().settings
      const record = readLauncherRecord(home)
      if (!record) throw new CliError(`nothing runs in ${home}`, ExitCode.unreachable)
      try {
        process.kill(record.pid, options.stopRunners ? 'SIGUSR2' : 'SIGTERM')
      } catch (error) {
        // Gone between our two looks: that is what was wanted.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
      await waitUntilGone(cli, record)
      cli.print(options.stopRunners ? 'stopped, runners too' : 'stopped; runners go on')
    })
}
