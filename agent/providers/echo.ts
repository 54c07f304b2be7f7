import { access } from 'node:fs/promises'
import type { Provider } from './provider'

/** The scripted fake: a program of ours, run by this Node. `scriptPath` is its bundle. */
export const createEchoProvider = (scriptPath: string): Provider => ({
  id: 'echo',
  displayName: 'Echo (scripted fake)',
  installHint: 'It is part of Stratavore: build it with `npm run build`.',
  politeSignal: 'SIGTERM',
  activitySource: 'program',
  find: () =>
    access(scriptPath).then(
      () => process.execPath,
      () => null,
    ),
  environment: () => [],
  // After the script's path Node hands on every argument as it is.
  command: async ({ prompt }) => ({ args: prompt === null ? [scriptPath] : [scriptPath, prompt], typed: null }),
})
