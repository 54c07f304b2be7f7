import { z } from 'zod'

/** How to run one kind of CLI. `echo` is a scripted fake for tests and demonstrations. */
export const providerId = z.enum(['claude', 'codex', 'gemini', 'opencode', 'shell', 'echo'])
export type ProviderId = z.infer<typeof providerId>

/** What a node's agent found when it looked for a provider's program. */
export const providerProbe = z.object({
  id: providerId,
  displayName: z.string(),
  available: z.boolean(),
  /** Absolute path of the program, when found. */
  path: z.string().nullable(),
  /** How to get it, in one line a person can act on. */
  installHint: z.string(),
})
export type ProviderProbe = z.infer<typeof providerProbe>
