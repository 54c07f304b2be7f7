import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { requireBudget } from '../budget/budget-exhausted'
import { readExhaustedOf } from '../budget/exhausted-budgets'
import { lockProject } from '../project/lock-project'
import { requireFreeSlot } from '../quota/runner-quota'
import type { ServiceContext } from '../service-context'
import { changeRunner } from './change-runner'
import { lockRunner } from './lock-runner'
import { nextEpoch } from './next-epoch'
import { recordingRefusal } from './record-refusal'
import { takeLeaseBack } from './take-lease-back'

/**
 * Ends what a runner runs, if anything, and starts it again as its next epoch. An ended runner needs a free slot.
 * Throws `not_found`, `quota_exceeded`, `budget_exhausted`, `invalid_state` while it is starting, stopping or lost.
 */
export async function restartRunner(ctx: ServiceContext, input: { id: string }): Promise<Runner> {
  return recordingRefusal(ctx, () => restart(ctx, input))
}

const restart = (ctx: ServiceContext, input: { id: string }): Promise<Runner> =>
  withTransaction(ctx.db, async (tx) => {
    const { projectId } = await lockRunner(ctx, tx, input.id)
    await lockProject(tx, projectId)
    const runner = await lockRunner(ctx, tx, input.id)
    if (runner.project.deletedAt) {
      throw new StratavoreError('invalid_state', `Its project ${runner.project.name} was deleted.`)
    }
    const waitsForBackoff = runner.status === 'starting' && runner.nextStartAt !== null
    if (
      runner.status === 'lost' ||
      runner.status === 'stopping' ||
      (runner.status === 'starting' && !waitsForBackoff)
    ) {
      throw new StratavoreError('invalid_state', `Cannot restart this runner while it is ${runner.status}.`)
    }
    if (isEnded(runner.status)) {
      await requireFreeSlot(ctx, tx, runner.project, runner.provider)
      await takeLeaseBack(tx, runner)
    }
    requireBudget(await readExhaustedOf(tx, runner, ctx.clock.now()), runner.project, runner.provider)
    return changeRunner(ctx, tx, runner, {
      to: 'starting',
      set: { ...nextEpoch(runner), restartCount: 0, nextStartAt: null },
      action: 'runner.restart',
      events: ['runner.restarting'],
    })
  })
