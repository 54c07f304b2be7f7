import type { ProviderId, ProviderProbe } from '@/contracts/provider/provider'
import { claude } from './claude/claude'
import { codex } from './codex/codex'
import { createEchoProvider } from './echo'
import { gemini } from './gemini/gemini'
import { createOpencodeProvider } from './opencode/opencode'
import type { Provider } from './provider'
import { shell } from './shell'

export type ProviderRegistry = Readonly<Record<ProviderId, Provider>>

/** Scripts of ours that providers run or load. */
export interface ProviderScripts {
  echoScript: string
  opencodePlugin: string
}

/** All providers; the type makes one that is missing a compile error. */
export const createProviderRegistry = ({ echoScript, opencodePlugin }: ProviderScripts): ProviderRegistry => ({
  claude,
  codex,
  gemini,
  opencode: createOpencodeProvider(opencodePlugin),
  shell,
  echo: createEchoProvider(echoScript),
})

/** Looks for every provider's program as a child with this environment would. */
export const probeProviders = (
  registry: ProviderRegistry,
  env: Readonly<Record<string, string>>,
): Promise<ProviderProbe[]> =>
  Promise.all(
    Object.values(registry).map(async ({ id, displayName, installHint, find }) => {
      const path = await find(env)
      return { id, displayName, installHint, available: path !== null, path }
    }),
  )
