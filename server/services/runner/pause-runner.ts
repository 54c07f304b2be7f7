import type { Runner } from '@/contracts/runner/runner'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { changeRunner } from './change-runner'
import { lockRunner } from './lock-runner'

/** Wants a running runner's whole process tree stopped (SIGSTOP). Throws `not_found`, `invalid_state`. */
export const pauseRunner = (ctx: ServiceContext, input: { id: string }): Promise<Runner> =>
  wantRunning(ctx, input.id, { desired: 'paused', verb: 'pause', needs: 'running' })

/** Wants a paused runner's process tree continued. Throws `not_found`, `invalid_state`. */
export const resumeRunner = (ctx: ServiceContext, input: { id: string }): Promise<Runner> =>
  wantRunning(ctx, input.id, { desired: 'running', verb: 'resume', needs: 'paused' })

async function wantRunning(
  ctx: ServiceContext,
  id: string,
  wish: { desired: 'paused' | 'running'; verb: string; needs: 'running' | 'paused' },
): Promise<Runner> {
  return withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(tx, id)
    // What is wanted counts, not what has been reached: pause and resume in quick succession both hold.
    const wanted = runner.status === 'running' || runner.status === 'paused' ? runner.desired : null
    if (wanted !== wish.needs) {
      const state = runner.status === wish.desired ? `already ${wish.desired}` : `${runner.status}, not ${wish.needs}`
      throw new StratavoreError('invalid_state', `Cannot ${wish.verb} this runner: it is ${state}.`)
    }
    return changeRunner(ctx, tx, runner, {
      to: runner.status,
      set: { desired: wish.desired },
      action: `runner.${wish.verb}`,
      events: [],
    })
  })
}
