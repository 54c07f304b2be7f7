import type { Logger } from 'pino'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { isSameProcess } from '@/platform/process-identity'
import { withTransaction } from '../db/database'
import type { AgentRegistry } from '../gateways/agent/agent-registry'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { changeRunner } from '../services/runner/change-runner'
import { lockRunner } from '../services/runner/lock-runner'

/** What each runner is given to exit politely when everything is stopped. */
const GRACE_MS = 5_000
/** How often it is looked whether all have ended, and how long that may take beyond the grace. */
const POLL_MS = 50
const SLACK_MS = 5_000

/** An agent that has just been started, or lost its connection, gets this long to join: it has to be told to go. */
const JOIN_MS = 5_000

/** Ends every runner of the local node as a stop by the operator would, then its agent. */
export async function stopLocalRunners(
  ctx: ReconcileContext,
  agents: AgentRegistry,
  nodeId: string,
  /** Whether an agent that is not connected may be expected. */
  isComing: () => Promise<boolean>,
  log: Logger,
): Promise<void> {
  const joined = ctx.clock.monotonicMs() + JOIN_MS
  while (ctx.clock.monotonicMs() < joined && (await isComing())) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const live = { nodeId, status: { in: SLOT_HOLDING_STATUSES } }
  const runners = await ctx.db.prisma.runner.findMany({ where: live, select: { id: true } })
  for (const { id } of runners) {
    await withTransaction(ctx.db, async (tx) => {
      const runner = await lockRunner(ctx, tx, id)
      if (!SLOT_HOLDING_STATUSES.includes(runner.status)) return
      await changeRunner(ctx, tx, runner, {
        to: 'stopping',
        set: { desired: 'terminated', stopGraceMs: GRACE_MS, nextStartAt: null, reason: 'stopped with Stratavore' },
        action: 'runner.stop',
        events: ['runner.stopping'],
      })
    })
  }
  const deadline = ctx.clock.monotonicMs() + GRACE_MS + SLACK_MS
  while ((await ctx.db.prisma.runner.count({ where: live })) > 0 && ctx.clock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const session = agents.sessionOfNode(nodeId)
  if (!session) {
    const recorded = await ctx.db.prisma.agent.findMany({ where: { nodeId, goneAt: null } })
    const living = recorded.find((agent) => isSameProcess({ pid: agent.pid, startTicks: Number(agent.pidStartTicks) }))
    if (living) log.error({ pid: living.pid }, 'the local agent lives but does not answer: it and its runners stay')
    return
  }
  const reply = await session.shutdown(true, GRACE_MS)
  if (!reply.ok) log.warn({ error: reply.error }, 'the agent did not shut down')
}
