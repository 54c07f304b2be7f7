import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideFromNpm } from '../npm-package'
import { type ProviderStack, startProviderStack } from './provider-stack'

/** The version whose behaviour is known. */
const OPENCODE_VERSION = '1.18.33'

/**
 * A stack with the real opencode, which speaks to the scripted Anthropic API at `url`. npm has run no install script, so
 * that what is on the PATH is a stub: the program behind it is found.
 */
export const startOpencodeStack = (url: string): Promise<ProviderStack> =>
  startProviderStack({
    provider: 'opencode',
    bin: dirname(provideFromNpm('opencode-ai', OPENCODE_VERSION, '.bin/opencode')),
    variables: {
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    },
    seedHome(home) {
      const options = { baseURL: `${url}/v1`, apiKey: 'scripted' }
      const scripted = { name: 'Scripted', limit: { context: 200_000, output: 8_000 }, tool_call: true }
      const config = {
        autoupdate: false,
        share: 'disabled',
        permission: { bash: { '*': 'allow', 'touch asked*': 'ask' } },
        model: 'anthropic/scripted',
        small_model: 'anthropic/scripted',
        provider: { anthropic: { options, models: { scripted } } },
      }
      const directory = join(home, '.config/opencode')
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, 'opencode.json'), JSON.stringify(config))
    },
  })
