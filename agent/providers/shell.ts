import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { isExecutable } from './find-program'
import type { Provider } from './provider'

const FALLBACKS = ['/bin/bash', '/bin/sh']

export const shell: Provider = {
  id: 'shell',
  ...PROVIDER_PROFILES.shell,
  installHint: 'Set SHELL to an installed shell, or install bash.',
  activitySource: 'foreground',
  prompting: { style: 'lines', tells: false },
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
