import type { Runner } from '@/contracts/runner/runner'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { requireMayRun } from '../budget/budget-exhausted'
import { readExhaustedOf } from '../budget/exhausted-budgets'
import type { ServiceContext } from '../service-context'
import { changeRunner } from './change-runner'
import { lockRunner } from './lock-runner'
import { recordingRefusal } from './record-refusal'

/** Wants a running runner's whole process tree stopped (SIGSTOP). Throws `not_found`, `invalid_state`. */
export const pauseRunner = (ctx: ServiceContext, input: { id: string }): Promise<Runner> =>
  wantRunning(ctx, input.id, { desired: 'paused', verb: 'pause', needs: 'running' })

/** Wants a paused runner's process tree continued. Throws `not_found`, `invalid_state`, `budget_exhausted`. */
export const resumeRunner = (ctx: ServiceContext, input: { id: string }): Promise<Runner> =>
  recordingRefusal(ctx, () => wantRunning(ctx, input.id, { desired: 'running', verb: 'resume', needs: 'paused' }))

async function wantRunning(
  ctx: ServiceContext,
  id: string,
  wish: { desired: 'paused' | 'running'; verb: string; needs: 'running' | 'paused' },
): Promise<Runner> {
  return withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(ctx, tx, id)
    // What is wanted counts, not what has been reached: pause and resume in quick succession both hold.
    const wanted = runner.status === 'running' || runner.status === 'paused' ? runner.desired : null
    // What a budget paused does not go on by itself once a person wants it paused.
    const isHeld = wanted === 'paused' && wish.desired === 'paused' && runner.heldByBudgetId !== null
    if (wanted !== wish.needs && !isHeld) {
      const state = runner.status === wish.desired ? `already ${wish.desired}` : `${runner.status}, not ${wish.needs}`
      throw new StratavoreError('invalid_state', `Cannot ${wish.verb} this runner: it is ${state}.`)
    }
    if (wish.desired === 'running') {
      requireMayRun(await readExhaustedOf(tx, runner, ctx.clock.now()), runner.project, runner.provider)
    }
    return changeRunner(ctx, tx, runner, {
      to: runner.status,
      set: { desired: wish.desired, heldByBudgetId: null, ...(runner.heldByBudgetId === null ? {} : { reason: null }) },
      action: `runner.${wish.verb}`,
      events: [],
    })
  })
}
