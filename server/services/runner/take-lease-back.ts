import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'

/**
 * Gives a runner that starts again its session's lease back. One statement: of two that want it, one gets it. Throws
 * `conflict` when another runner holds the session.
 */
export async function takeLeaseBack(tx: Tx, runner: { id: string; sessionId: string | null }): Promise<void> {
  if (runner.sessionId === null) return
  const taken = await tx.session.updateMany({
    where: { id: runner.sessionId, OR: [{ leaseRunnerId: null }, { leaseRunnerId: runner.id }] },
    data: { leaseRunnerId: runner.id, leaseEpoch: { increment: 1 }, endedAt: null },
  })
  if (taken.count === 1) return
  throw new StratavoreError('conflict', 'Another runner holds the session of this one.', {
    hint: 'Attach to that runner, or stop it first.',
  })
}
