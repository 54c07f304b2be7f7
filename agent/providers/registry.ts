import type { ProviderId, ProviderProbe } from '@/contracts/provider/provider'
import { claude } from './claude/claude'
import { codex } from './codex/codex'
import { createEchoProvider } from './echo'
import { gemini } from './gemini/gemini'
import { opencode } from './opencode'
import type { Provider } from './provider'
import { shell } from './shell'

export type ProviderRegistry = Readonly<Record<ProviderId, Provider>>

/** All providers; the type makes one that is missing a compile error. */
export const createProviderRegistry = (echoScript: string): ProviderRegistry => ({
  claude,
  codex,
  gemini,
  opencode,
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
