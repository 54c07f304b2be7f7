import { stat } from 'node:fs/promises'
import type { StartRunner } from '@/contracts/agent-protocol/messages'
import { childEnvironment } from '../providers/child-environment'
import { LaunchRefused } from '../providers/provider'
import type { ProviderRegistry } from '../providers/registry'
import type { PtyCommand } from '../pty/pty-process'

export interface LaunchPlan {
  command: PtyCommand
  /** To be typed once the program has printed something. */
  typed: string | null
}

/** What exactly to run for a launch. Throws LaunchRefused with the reason when it cannot be run here. */
export async function planLaunch(
  request: StartRunner,
  registry: ProviderRegistry,
  agentEnv: Readonly<Record<string, string | undefined>>,
): Promise<LaunchPlan> {
  const provider = registry[request.provider]
  const { runnerId, cwd, cols, rows, prompt, providerSessionId } = request
  const env = childEnvironment({
    agent: agentEnv,
    provider: provider.environment({ ...agentEnv, ...request.env }),
    project: request.env,
    runnerId,
  })
  const file = await provider.find(env)
  if (file === null) {
    throw new LaunchRefused(
      'provider_unavailable',
      `${provider.displayName} is not installed on this node. ${provider.installHint}`,
    )
  }
  const isDirectory = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isDirectory) throw new LaunchRefused('invalid_input', `${JSON.stringify(cwd)} is not a directory on this node.`)
  const { args, typed } = await provider.command({ prompt, providerSessionId, cwd, env })
  return { command: { file, args, env, cwd, cols, rows }, typed }
}
