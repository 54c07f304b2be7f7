import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { ReconcileReport } from '@/contracts/system/system'
import type { AgentCommands, ObservedRunner } from '../../core/ports/agent-commands'
import type { ServiceContext } from '../service-context'
import { performAction } from './perform-action'
import { type DesiredRunner, planReconcile, type ReconcileAction } from './plan-reconcile'

export type ReconcileContext = Omit<ServiceContext, 'daemon' | 'databaseKind'>

/** Actions under way at once: a node starting 100 runners should not open 100 transactions. */
const PARALLEL_ACTIONS = 8

/**
 * Compares what is desired with what is, for some runners or all, and acts. Called again for the same runner it does
 * no harm. A failing action is reported and does not stop the others.
 */
export async function runReconcile(
  ctx: ReconcileContext,
  agents: AgentCommands,
  scope: { runnerIds: readonly string[] } | 'all',
  onError: (error: unknown, action: ReconcileAction) => void,
): Promise<ReconcileReport> {
  const startedMs = ctx.clock.monotonicMs()
  const connected = agents.connected()
  const held = new Map<string, ObservedRunner>(connected.flatMap((agent) => [...agent.runners]))
  const runners = await readDesired(ctx, scope, held)
  const nodeIds = [...new Set(runners.map((runner) => runner.nodeId))]
  const agentIds = [...new Set(runners.flatMap((runner) => runner.agentId ?? []))]
  const dead = await ctx.db.prisma.agent.findMany({
    where: { id: { in: agentIds }, goneAt: { not: null } },
    select: { id: true },
  })
  const wanted = scope === 'all' ? held : new Map([...held].filter(([id]) => scope.runnerIds.includes(id)))
  const actions = planReconcile(runners, {
    agentOfNode: new Map(connected.map((agent) => [agent.nodeId, agent.agentId])),
    held: wanted,
    deadAgents: new Set(dead.map((agent) => agent.id)),
    silentMs: new Map(nodeIds.map((id) => [id, agents.silentForMs(id)])),
    ttlMs: ctx.settings.heartbeatTtlSeconds * 1000,
    now: ctx.clock.now(),
  })
  await performAll(ctx, agents, actions, onError)
  return {
    at: ctx.clock.now().toISOString(),
    durationMs: ctx.clock.monotonicMs() - startedMs,
    runnersExamined: runners.length,
    actions: actions.map((action) => ({
      kind: action.kind,
      runnerId: action.runnerId,
      detail: describeAction(action),
    })),
  }
}

async function readDesired(
  ctx: ReconcileContext,
  scope: { runnerIds: readonly string[] } | 'all',
  held: ReadonlyMap<string, ObservedRunner>,
): Promise<DesiredRunner[]> {
  const where =
    scope === 'all'
      ? { OR: [{ status: { in: SLOT_HOLDING_STATUSES } }, { id: { in: [...held.keys()] } }] }
      : { id: { in: [...scope.runnerIds] } }
  return ctx.db.prisma.runner.findMany({
    where,
    select: {
      id: true,
      nodeId: true,
      agentId: true,
      status: true,
      desired: true,
      epoch: true,
      nextStartAt: true,
      stopForce: true,
      stopGraceMs: true,
    },
    orderBy: { createdAt: 'asc' },
  })
}

async function performAll(
  ctx: ReconcileContext,
  agents: AgentCommands,
  actions: readonly ReconcileAction[],
  onError: (error: unknown, action: ReconcileAction) => void,
): Promise<void> {
  // One runner's actions stay in order; different runners go side by side.
  const byRunner = new Map<string, ReconcileAction[]>()
  for (const action of actions) byRunner.set(action.runnerId, [...(byRunner.get(action.runnerId) ?? []), action])
  const queue = [...byRunner.values()]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      for (const action of next) {
        try {
          await performAction(ctx, agents, action)
        } catch (error) {
          onError(error, action)
          break
        }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_ACTIONS, queue.length) }, work))
}

function describeAction(action: ReconcileAction): string {
  if ('reason' in action) return action.reason
  return `epoch ${action.epoch}${action.kind === 'stop' && action.force ? ', forced' : ''}`
}
