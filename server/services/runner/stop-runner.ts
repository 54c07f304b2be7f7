import type { z } from 'zod'
import type { runnerStopInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { changeRunner } from './change-runner'
import { type LockedRunner, lockRunner } from './lock-runner'

/**
 * Wants a runner ended: a polite exit, then SIGKILL of its tree after the grace period, or at once with `force`.
 * Stopping one that is being stopped only makes it more urgent. With an `epoch` only that life of it is stopped. Throws
 * `not_found`, `invalid_state` for an ended one or another life.
 */
export async function stopRunner(
  ctx: ServiceContext,
  input: z.output<typeof runnerStopInput>,
  epoch?: number,
): Promise<Runner> {
  return withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(ctx, tx, input.id)
    if (isEnded(runner.status)) {
      throw new StratavoreError('invalid_state', `This runner has already ended (${runner.status}).`)
    }
    if (epoch !== undefined && runner.epoch !== epoch) {
      throw new StratavoreError('invalid_state', 'This runner was started again since.')
    }
    return stopLockedRunner(ctx, tx, runner, { ...input, reason: `stopped by ${ctx.actor.name}` })
  })
}

/** Wants a live runner ended, in the transaction that holds its lock. `reason` is for people. */
export const stopLockedRunner = (
  ctx: ServiceContext,
  tx: Tx,
  runner: LockedRunner,
  stop: { force: boolean; graceMs: number; reason: string },
): Promise<Runner> =>
  changeRunner(ctx, tx, runner, {
    to: 'stopping',
    set: {
      desired: 'terminated',
      stopForce: runner.stopForce || stop.force,
      stopGraceMs: stop.graceMs,
      nextStartAt: null,
      reason: stop.reason,
    },
    action: 'runner.stop',
    events: runner.status === 'stopping' ? [] : ['runner.stopping'],
    data: { force: stop.force },
  })
