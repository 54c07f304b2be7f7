import type { z } from 'zod'
import type { runnerHeartbeatInput } from '@/contracts/runner/inputs'
import { isEnded } from '@/contracts/runner/status'
import { requireInProject } from '../../core/access/access'
import { notFound, StratavoreError } from '../../core/errors'
import type { ServiceContext } from '../service-context'
import { recordVitals } from '../vitals/record-vitals'

/** A heartbeat of a process that wraps itself. Older sequence numbers and earlier epochs change nothing. */
export async function recordOwnHeartbeat(
  ctx: ServiceContext,
  input: z.output<typeof runnerHeartbeatInput>,
): Promise<{ ok: true }> {
  const runner = await ctx.db.prisma.runner.findUnique({ where: { id: input.id } })
  if (!runner) throw notFound('runner', input.id)
  requireInProject(ctx, runner.projectId, { type: 'runner', ref: input.id })
  if (isEnded(runner.status)) throw new StratavoreError('invalid_state', `This runner has ended (${runner.status}).`)
  // Only an agent knows how a runner it holds is doing; a forged sequence number would silence it.
  if (runner.agentId !== null) throw new StratavoreError('invalid_state', 'An agent reports for this runner.')
  if (input.epoch === runner.epoch) {
    await recordVitals(ctx, [
      {
        runnerId: input.id,
        nodeId: runner.nodeId,
        epoch: input.epoch,
        seq: input.seq,
        cpuPercent: input.cpuPercent ?? 0,
        memoryBytes: input.memoryBytes ?? 0,
        activity: input.activity ?? runner.activity,
      },
    ])
  }
  return { ok: true }
}
