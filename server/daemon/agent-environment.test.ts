import { expect, it } from 'vitest'
import { settingDefinition, settingNames } from '@/config/settings'
import { FAILPOINT_VARIABLE } from '../core/failpoint'
import { agentEnvironment } from './agent-environment'

it('hands on the session of the user, and no setting of ours', () => {
  const session = { PATH: '/usr/bin', HOME: '/home/ann', ANTHROPIC_API_KEY: 'k', NTFYISH: 'mine' }
  const ours = [...settingNames.map((name) => settingDefinition(name).env), FAILPOINT_VARIABLE, 'STRATAVORE_OF_LATER']
  const handedToTheDaemon = [
    'NODE_ENV',
    'NODE_CHANNEL_FD',
    'NODE_CHANNEL_SERIALIZATION_MODE',
    'NEXT_TELEMETRY_DISABLED',
  ]
  const env = Object.fromEntries([...ours, ...handedToTheDaemon].map((name) => [name, 'ours']))
  expect(agentEnvironment({ ...env, ...session } as unknown as NodeJS.ProcessEnv)).toEqual(session)
})
