import { randomUUID } from 'node:crypto'
import type { ProviderId } from '@/contracts/provider/provider'
import type { Tx } from '../../db/database'
import type { Session } from '../../db/generated/client'

/** Providers that can be told their session's id when they start. The others' sessions are found later. */
const BOUND_AT_LAUNCH: readonly ProviderId[] = ['claude']

/** Creates the session a new runner opens and gives the runner its lease. Null where the provider names its own. */
export async function createLaunchSession(
  tx: Tx,
  launch: { runnerId: string; provider: ProviderId; project: { id: string; path: string }; now: Date },
): Promise<Session | null> {
  if (!BOUND_AT_LAUNCH.includes(launch.provider)) return null
  const id = randomUUID()
  const session = await tx.session.create({
    data: {
      id,
      provider: launch.provider,
      providerSessionId: id,
      projectId: launch.project.id,
      cwd: launch.project.path,
      leaseRunnerId: launch.runnerId,
      leaseEpoch: 1,
      startedAt: launch.now,
      lastActivityAt: launch.now,
    },
  })
  await tx.runner.update({ where: { id: launch.runnerId }, data: { sessionId: id } })
  return session
}
