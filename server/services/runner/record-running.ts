import type { ProcessIdentity } from '@/contracts/agent-protocol/messages'
import { isEnded } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import type { Prisma } from '../../db/generated/client'
import { requireFence } from '../../outbox/require-fence'
import type { ServiceContext } from '../service-context'
import { type ChangeContext, changeRunner } from './change-runner'
import { findAndLockRunner } from './lock-runner'

interface Report {
  runnerId: string
  epoch: number
  agentId: string
  state: 'running' | 'paused'
  process: ProcessIdentity
}

/**
 * Records what an agent reports of a live runner: that it started, was paused or continued, or is still there after it
 * was lost. Reports of another epoch, of an ended runner, and repeats change nothing.
 */
export async function recordRunning(ctx: ChangeContext & Pick<ServiceContext, 'db'>, report: Report): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, report.runnerId)
    if (!runner || runner.epoch !== report.epoch || isEnded(runner.status)) return
    const { pid, startTicks, bootId } = report.process
    const held: Prisma.RunnerUncheckedUpdateInput = {
      agentId: report.agentId,
      pid,
      pidStartTicks: BigInt(startTicks),
      bootId,
    }
    switch (runner.status) {
      case 'starting':
        await changeRunner(ctx, tx, runner, {
          to: 'running',
          set: {
            ...held,
            startedAt: ctx.clock.now(),
            // Its program has it, and a later life gets none.
            promptSealed: null,
            nextStartAt: null,
            exitCode: null,
            signal: null,
            reason: null,
            lastLines: null,
          },
          action: 'runner.start',
          events: ['runner.started'],
        })
        return
      case 'lost':
        await changeRunner(ctx, tx, runner, {
          to: runner.desired === 'terminated' ? 'stopping' : report.state,
          set: { ...held, reason: null },
          action: 'runner.adopt',
          events: ['runner.adopted'],
        })
        return
      case 'running':
      case 'paused':
        if (runner.status !== report.state) {
          await changeRunner(ctx, tx, runner, {
            to: report.state,
            set: held,
            action: `runner.${report.state === 'paused' ? 'paused' : 'resumed'}`,
            events: [report.state === 'paused' ? 'runner.paused' : 'runner.resumed'],
          })
        } else if (runner.agentId !== report.agentId) {
          await requireFence(tx, ctx.fence)
          await tx.runner.update({ where: { id: runner.id }, data: held })
        }
        return
      case 'stopping':
        // It is being ended; only who holds it matters.
        if (runner.agentId === report.agentId) return
        await requireFence(tx, ctx.fence)
        await tx.runner.update({ where: { id: runner.id }, data: held })
    }
  })
}
