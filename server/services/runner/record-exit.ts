import type { RunnerExit } from '@/contracts/agent-protocol/messages'
import { isEnded } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { type ChangeContext, changeRunner } from './change-runner'
import { judgeExit } from './judge-exit'
import { findAndLockRunner } from './lock-runner'
import { nextEpoch } from './next-epoch'

type ExitReport = Pick<RunnerExit, 'exitCode' | 'signal' | 'reason' | 'lastLines'>

/**
 * Records that a runner's process is over. Reports of an earlier epoch, repeats, and runners unknown here change
 * nothing: the agent may forget them all the same.
 */
export async function recordExit(
  ctx: ChangeContext & Pick<ServiceContext, 'db'>,
  runnerId: string,
  epoch: number,
  exit: ExitReport,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, runnerId)
    if (!runner || runner.epoch !== epoch || isEnded(runner.status)) return
    const verdict = judgeExit(runner, exit, ctx.clock.now())
    const { redact } = ctx.keys.known
    const facts = {
      exitCode: exit.exitCode,
      signal: exit.signal,
      reason: verdict.reason === null ? null : redact(verdict.reason),
      lastLines: redact(exit.lastLines) || null,
    }
    if (verdict.kind === 'ended') {
      await changeRunner(ctx, tx, runner, {
        to: verdict.status,
        set: facts,
        action: 'runner.exit',
        events: [verdict.status === 'failed' ? 'runner.failed' : 'runner.stopped'],
      })
      return
    }
    const { restartCount, nextStartAt } = verdict
    await changeRunner(ctx, tx, runner, {
      to: 'starting',
      // What ended the last life stays to be read until the next one begins.
      set: { ...nextEpoch(runner), ...facts, restartCount, nextStartAt },
      action: 'runner.exit',
      events: ['runner.failed', 'runner.restarting'],
      data: { restartCount, nextStartAt: nextStartAt.toISOString() },
    })
  })
}
