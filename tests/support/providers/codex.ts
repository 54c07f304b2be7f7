import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideFromNpm } from '../npm-package'
import { type ProviderStack, startProviderStack } from './provider-stack'
import type { ScriptedModel } from './scripted-model'

/** The version whose behaviour is known. */
const CODEX_VERSION = '0.169.0'

/** A stack with the real Codex CLI, which speaks to the scripted OpenAI API. */
export const startCodexStack = (model: ScriptedModel): Promise<ProviderStack> =>
  startProviderStack({
    provider: 'codex',
    bin: dirname(provideFromNpm('@openai/codex', CODEX_VERSION, '.bin/codex')),
    variables: { SCRIPTED_KEY: 'scripted' },
    seedHome(home, projectPath) {
      const config = [
        'model = "gpt-5.1-codex"',
        'model_provider = "scripted"',
        'check_for_update_on_startup = false',
        '[model_providers.scripted]',
        `name = "scripted"\nbase_url = "${model.url}/v1"\nwire_api = "responses"\nenv_key = "SCRIPTED_KEY"`,
        `[projects."${projectPath}"]\ntrust_level = "trusted"`,
        '[analytics]\nenabled = false',
      ]
      mkdirSync(join(home, '.codex'))
      writeFileSync(join(home, '.codex/config.toml'), `${config.join('\n')}\n`)
    },
  })
