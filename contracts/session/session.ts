import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { projectRef } from '../project/project'
import { providerId } from '../provider/provider'

/** How a runner opens its session: a fresh one, one that exists, or a copy of one that exists. */
export const sessionMode = z.enum(['new', 'resume', 'fork'])
export type SessionMode = z.infer<typeof sessionMode>

/** One conversation of a provider. Its id is the provider's own where that is a UUID. */
export const session = z.object({
  id: uuid,
  provider: providerId,
  providerSessionId: z.string(),
  project: z.string().nullable(),
  projectId: uuid.nullable(),
  /** The session it is a copy of. */
  parentId: uuid.nullable(),
  title: z.string().nullable(),
  /** First words of the user, where there were any. */
  firstPrompt: z.string().nullable(),
  cwd: z.string(),
  gitBranch: z.string().nullable(),
  model: z.string().nullable(),
  programVersion: z.string().nullable(),
  /** The live runner that holds it, if any. */
  runnerId: uuid.nullable(),
  /** Node whose disk has its transcript. */
  nodeId: uuid.nullable(),
  messageCount: z.number().int(),
  tokensUsed: z.number(),
  costUsd: z.number(),
  startedAt: timestamp,
  lastActivityAt: timestamp,
  endedAt: timestamp.nullable(),
})
export type Session = z.infer<typeof session>

/** Sessions one call gives at most. */
export const MAX_SESSIONS = 1000

/** Where a page of the list ends: the next one begins after it. */
export const sessionCursor = z.object({ lastActivityAt: timestamp, id: uuid })

const sessionFilter = {
  project: projectRef.optional(),
  provider: providerId.optional(),
  /** `live`: a runner holds it. */
  state: z.enum(['live', 'ended']).optional(),
  /** In title, first prompt, directory, branch or id; case does not matter. */
  text: z.string().trim().max(200).optional(),
}

/** Most recently active first. */
export const sessionListInput = z
  .object({
    ...sessionFilter,
    cursor: sessionCursor.nullish(),
    limit: z.number().int().min(1).max(MAX_SESSIONS).default(200),
  })
  .default({ limit: 200 })
export type SessionListInput = z.output<typeof sessionListInput>

export const sessionIdInput = z.object({ id: uuid })
