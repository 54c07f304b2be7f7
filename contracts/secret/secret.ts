import { z } from 'zod'
import { timestamp } from '../primitives'

/** Settings whose values may be kept sealed in the database instead of in plain in the environment or a file. */
export const storableSecret = z.enum(['webhookSecret', 'webhookUrl', 'ntfyToken', 'oidcClientSecret', 'auditAnchorUrl'])
export type StorableSecret = z.infer<typeof storableSecret>

/** A secret that is kept; its value is given out to nobody. */
export const storedSecret = z.object({
  name: storableSecret,
  /** The key it is sealed with. */
  keyId: z.string().nullable(),
  updatedAt: timestamp,
})
export type StoredSecret = z.infer<typeof storedSecret>

/** What is sealed, and with what. */
export const secretsOverview = z.object({
  /** The key that seals from now on. */
  keyId: z.string(),
  secrets: z.array(storedSecret),
  /** Sealed values of every kind: these secrets, variables of projects, prompts and answers on their way. */
  sealed: z.number().int(),
})
export type SecretsOverview = z.infer<typeof secretsOverview>

export const secretSetInput = z.object({ name: storableSecret, value: z.string().min(1).max(8_192) })
export const secretUnsetInput = z.object({ name: storableSecret })
export const secretsRotated = z.object({ keyId: z.string(), previousKeyId: z.string(), sealedAnew: z.number().int() })
export type SecretsRotated = z.infer<typeof secretsRotated>
