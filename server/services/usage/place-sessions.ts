import { randomUUID } from 'node:crypto'
import { uuid } from '@/contracts/primitives'
import type { ProviderId } from '@/contracts/provider/provider'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { projectAround } from '../project/project-around'

/** Sessions that are told of, and what is known of those that are not there yet. */
export interface FoundSessions {
  nodeId: string
  provider: ProviderId
  providerSessionIds: readonly string[]
  /** Where they worked; empty where nothing tells it. */
  cwd: string
  /** Whose they are, where that is known better than by where they worked. */
  projectId?: string | undefined
  startedAt: Date
  lastActivityAt: Date
}

/**
 * Adds the sessions that are not there yet, each to its project, or else to the one around where it worked. A session's own id is the provider's where that is a UUID.
 */
export async function placeSessions(tx: Tx, found: FoundSessions): Promise<void> {
  if (found.providerSessionIds.length === 0) return
  const ids = found.providerSessionIds.map((id) => (uuid.safeParse(id).success ? id : randomUUID()))
  await tx.$executeRaw`
    INSERT INTO sessions (id, provider, provider_session_id, project_id, cwd, node_id, started_at, last_activity_at)
    SELECT s.id, ${found.provider}::provider, s.provider_session_id,
           COALESCE(${found.projectId ?? null}::uuid, ${projectAround(found.nodeId, Prisma.sql`${found.cwd}`)}),
           ${found.cwd}, ${found.nodeId}::uuid, ${found.startedAt}, ${found.lastActivityAt}
      FROM unnest(${ids}::uuid[], ${[...found.providerSessionIds]}::text[]) AS s (id, provider_session_id)
    ON CONFLICT (provider, provider_session_id) DO NOTHING`
}
