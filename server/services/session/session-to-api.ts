import type { Session } from '@/contracts/session/session'
import type { Prisma } from '../../db/generated/client'

/** What a session's row needs beside it to become the API's session. */
export const sessionInclude = { project: { select: { name: true } } } satisfies Prisma.SessionInclude

type SessionRow = Prisma.SessionGetPayload<{ include: typeof sessionInclude }>

/** A session as the API gives it. */
export const sessionToApi = (row: SessionRow): Session => ({
  id: row.id,
  provider: row.provider,
  providerSessionId: row.providerSessionId,
  project: row.project?.name ?? null,
  projectId: row.projectId,
  parentId: row.parentId,
  title: row.title,
  firstPrompt: row.firstPrompt,
  cwd: row.cwd,
  gitBranch: row.gitBranch,
  model: row.model,
  programVersion: row.programVersion,
  runnerId: row.leaseRunnerId,
  nodeId: row.nodeId,
  messageCount: row.messageCount,
  tokensUsed: Number(row.tokensUsed),
  costUsd: row.costUsd.toNumber(),
  startedAt: row.startedAt.toISOString(),
  lastActivityAt: row.lastActivityAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})
