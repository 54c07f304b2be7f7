import type { RunnerConfined } from '@/contracts/agent-protocol/messages'
import { notFound, StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { storableJson } from '../../db/storable-json'
import { requireFence } from '../../outbox/require-fence'
import type { ServiceContext } from '../service-context'
import { findAndLockRunner } from './lock-runner'

/**
 * Keeps what an agent measured of one of its runners: like its load a measurement, and no change that anybody decided.
 * Throws `not_found` for a runner of another node, `invalid_state` for another life.
 */
export async function recordConfinement(
  ctx: Pick<ServiceContext, 'db' | 'fence'>,
  nodeId: string,
  { runnerId, epoch, confinement }: RunnerConfined,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, runnerId)
    if (!runner || runner.nodeId !== nodeId) throw notFound('runner', runnerId)
    if (runner.epoch !== epoch) throw new StratavoreError('invalid_state', 'The runner is in another life now.')
    await requireFence(tx, ctx.fence)
    await tx.runner.update({
      where: { id: runnerId },
      data: { confinement: storableJson(confinement), confinementEpoch: epoch },
    })
  })
}
