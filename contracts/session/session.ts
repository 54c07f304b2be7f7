import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { projectRef } from '../project/project'
import { providerId } from '../provider/provider'

/** One conversation of a provider. Its id is the provider's own where that is a UUID. */
export const session = z.object({
  id: uuid,
  provider: providerId,
  providerSessionId: z.string(),
  project: z.string().nullable(),
  projectId: uuid.nullable(),
  title: z.string().nullable(),
  cwd: z.string(),
  model: z.string().nullable(),
  /** The live runner that holds it, if any. */
  runnerId: uuid.nullable(),
  messageCount: z.number().int(),
  tokensUsed: z.number(),
  startedAt: timestamp,
  lastActivityAt: timestamp,
  endedAt: timestamp.nullable(),
})
export type Session = z.infer<typeof session>

export const sessionListInput = z
  .object({ project: projectRef.optional(), limit: z.number().int().min(1).max(1000).default(200) })
  .default({ limit: 200 })
export const sessionIdInput = z.object({ id: uuid })
