import { access } from 'node:fs/promises'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { Provider } from './provider'

/** The scripted fake: a program of ours, run by this Node. `scriptPath` is its bundle. */
export const createEchoProvider = (scriptPath: string): Provider => ({
  id: 'echo',
  ...PROVIDER_PROFILES.echo,
  installHint: 'It is part of Stratavore: build it with `npm run build`.',
  activitySource: 'program',
  prompting: { style: 'lines', tells: false },
  find: () =>
    access(scriptPath).then(
      () => process.execPath,
      () => null,
    ),
  environment: () => [],
  // After the script's path Node hands on every argument as it is.
  command: async ({ prompt }) => ({ args: prompt === null ? [scriptPath] : [scriptPath, prompt], typed: null }),
})
