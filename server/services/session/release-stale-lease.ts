import { isEnded } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { findAndLockRunner } from '../runner/lock-runner'
import type { ServiceContext } from '../service-context'

/**
 * Frees a session that its runner does not hold any more: the runner has ended, or holds another session. Looked at
 * again under the runner's lock; a lease that is right stays.
 */
export async function releaseStaleLease(
  ctx: Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>,
  lease: { sessionId: string; runnerId: string },
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, lease.runnerId)
    if (!runner || (!isEnded(runner.status) && runner.sessionId === lease.sessionId)) return
    const freed = await tx.session.updateMany({
      where: { id: lease.sessionId, leaseRunnerId: lease.runnerId },
      data: { leaseRunnerId: null, endedAt: ctx.clock.now() },
    })
    if (freed.count === 0) return
    const target = { type: 'session', id: lease.sessionId }
    const data = { runnerId: lease.runnerId, runnerStatus: runner.status }
    // Nobody was told of the lease itself: for the log only.
    await recordChange(ctx, tx, { action: 'session.release_lease', target, data }, [])
  })
}
