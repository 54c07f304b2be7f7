import { randomUUID } from 'node:crypto'
import type { RunnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import type { Cli } from './cli'

export type LaunchChoices = Pick<RunnerLaunchInput, 'provider' | 'prompt' | 'name' | 'restartPolicy'>

/** Launches one runner, sized to the terminal here when there is one. */
export function launchRunner(cli: Cli, project: string, choices: LaunchChoices = {}): Promise<Runner> {
  const { stdout } = cli.process
  const size = stdout.isTTY && stdout.columns > 0 && stdout.rows > 0 ? { cols: stdout.columns, rows: stdout.rows } : {}
  // The key makes one launch of whatever a transport may send twice.
  return cli.api().runner.launch.mutate({ project, ...choices, ...size, idempotencyKey: randomUUID() })
}
