import { randomUUID } from 'node:crypto'
import type { RunnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import type { Cli } from './cli'
import { terminalSize } from './open-session'

export type LaunchChoices = Pick<RunnerLaunchInput, 'provider' | 'prompt' | 'name' | 'restartPolicy'>

/** Launches one runner, sized to the terminal here when there is one. */
export function launchRunner(cli: Cli, project: string, choices: LaunchChoices = {}): Promise<Runner> {
  // The key makes one launch of whatever a transport may send twice.
  return cli.api().runner.launch.mutate({ project, ...choices, ...terminalSize(cli), idempotencyKey: randomUUID() })
}
