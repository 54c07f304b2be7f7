import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { type ChangeContext, changeRunner } from './change-runner'
import { findAndLockRunner } from './lock-runner'

/** Marks a runner unreachable: it keeps its slot and its lease until its agent is back or known to be dead. */
export async function recordLost(
  ctx: ChangeContext & Pick<ServiceContext, 'db'>,
  runnerId: string,
  epoch: number,
  reason: string,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, runnerId)
    if (!runner || runner.epoch !== epoch) return
    if (runner.status !== 'running' && runner.status !== 'paused' && runner.status !== 'stopping') return
    await changeRunner(ctx, tx, runner, { to: 'lost', set: { reason }, action: 'runner.lose', events: ['runner.lost'] })
  })
}
