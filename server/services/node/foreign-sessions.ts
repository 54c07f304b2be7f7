import type { ProviderId } from '@/contracts/provider/provider'
import { invalidInput } from '../../core/errors'
import type { Database } from '../../db/database'

/** Of these sessions of a provider those that are on another node's disk. */
export async function foreignSessions(
  db: Database,
  nodeId: string,
  sessions: { provider: ProviderId; providerSessionIds: readonly string[] },
): Promise<{ id: string; providerSessionId: string }[]> {
  return db.prisma.session.findMany({
    where: {
      provider: sessions.provider,
      providerSessionId: { in: [...new Set(sessions.providerSessionIds)] },
      AND: [{ nodeId: { not: null } }, { nodeId: { not: nodeId } }],
    },
    select: { id: true, providerSessionId: true },
  })
}

/** The refusal of a report about them; final, so that its agent does not ask again for ever. */
export const foreignSession = () => invalidInput('providerSessionId', 'this session is of another node')
