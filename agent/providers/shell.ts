import { isExecutable } from './find-program'
import type { Provider } from './provider'

const FALLBACKS = ['/bin/bash', '/bin/sh']

export const shell: Provider = {
  id: 'shell',
  displayName: 'Shell',
  installHint: 'Set SHELL to an installed shell, or install bash.',
  // An interactive shell ignores SIGTERM; SIGHUP it takes as a closed terminal and passes on to its jobs.
  politeSignal: 'SIGHUP',
  activitySource: 'foreground',
  async find(env) {
    for (const path of [env.SHELL, ...FALLBACKS]) {
      if (path?.startsWith('/') && (await isExecutable(path))) return path
    }
    return null
  },
  environment: () => [],
  async command({ prompt }) {
    return { args: ['-l'], typed: prompt === null ? null : `${prompt}\r` }
  },
}
