import type { StartRunner } from '@/contracts/agent-protocol/messages'
import type { ConfinedLaunch, Confiner } from '../confinement/confiner'
import { environmentProblem } from '../confinement/plan-confinement'
import { workDirectory } from '../place/work-directory'
import { childEnvironment } from '../providers/child-environment'
import { type Integration, LaunchRefused } from '../providers/provider'
import type { ProviderRegistry } from '../providers/registry'
import type { PtyCommand } from '../pty/pty-process'
import type { TranscriptRoot } from '../transcripts/transcript-roots'

export interface LaunchPlan {
  command: PtyCommand
  /** To be typed once the program has printed something. */
  typed: string | null
  /** Where it will write transcripts; null where it writes none that can be read. */
  transcriptRoot: TranscriptRoot | null
  confinement: Pick<ConfinedLaunch, 'expected' | 'hasWrapper' | 'cgroup'>
}

/** What exactly to run for a launch. Throws LaunchRefused with the reason when it cannot be run here. */
export async function planLaunch(
  request: StartRunner,
  registry: ProviderRegistry,
  agentEnv: Readonly<Record<string, string | undefined>>,
  integration: Integration,
  confiner: Confiner,
): Promise<LaunchPlan> {
  const provider = registry[request.provider]
  const { runnerId, epoch, project, cols, rows, prompt, providerSessionId, sessionMode, forkOf } = request
  const problem = environmentProblem(request.confinement, request.env)
  if (problem !== null) throw new LaunchRefused('confinement_unavailable', problem)
  const confining = await confiner.begin(request.confinement, agentEnv)
  const env = childEnvironment({
    agent: confining.env,
    provider: provider.environment({ ...confining.env, ...request.env }),
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
  const cwd = await workDirectory(request.cwd, project)
  const {
    args,
    typed,
    env: added,
  } = await provider.command({
    prompt,
    providerSessionId,
    sessionMode,
    forkOf,
    cwd,
    env,
    program: file,
    integration,
  })
  const root = provider.transcriptRoot?.(env)
  const whole = { ...env, ...added }
  const program = { file, args, cwd, project: project ?? cwd, env: whole, state: provider.state?.(env) ?? null }
  const confined = await confining.finish({ runnerId, epoch }, program)
  return {
    command: { file: confined.file, args: confined.args, env: whole, cwd, cols, rows, owner: confined.account },
    confinement: confined,
    typed,
    transcriptRoot: root === undefined ? null : { provider: provider.id, path: root },
  }
}
