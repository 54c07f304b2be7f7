import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideFromNpm } from '../npm-package'
import { type ProviderStack, startProviderStack } from './provider-stack'
import type { ScriptedModel } from './scripted-model'

/** The version whose behaviour is known. */
const GEMINI_VERSION = '0.61.0'

/** A stack with the real Gemini CLI, which speaks to the scripted Gemini API. */
export const startGeminiStack = (model: ScriptedModel): Promise<ProviderStack> =>
  startProviderStack({
    provider: 'gemini',
    bin: dirname(provideFromNpm('@google/gemini-cli', GEMINI_VERSION, '.bin/gemini')),
    variables: { GEMINI_API_KEY: 'scripted', GOOGLE_GEMINI_BASE_URL: model.url },
    seedHome(home) {
      const settings = {
        // A model that is named is asked for without a classifier that chooses one.
        model: { name: 'gemini-2.5-flash' },
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        ide: { hasSeenNudge: true },
      }
      mkdirSync(join(home, '.gemini'))
      writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(settings))
    },
  })
