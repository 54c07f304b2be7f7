import { settingDefinition, settingNames } from '@/config/settings'
import { FAILPOINT_VARIABLE } from '../core/failpoint'

/** What the daemon knows and an agent must not: whoever runs inside a runner may read its agent's environment. */
const WITHHELD = new Set([
  ...settingNames.map((name) => settingDefinition(name).env),
  'NODE_ENV',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NEXT_TELEMETRY_DISABLED',
  FAILPOINT_VARIABLE,
])

/** The environment of the local agent: the user's own, without anything of Stratavore. */
export function agentEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !WITHHELD.has(name) && !name.startsWith('STRATAVORE_')),
  ) as NodeJS.ProcessEnv
}
