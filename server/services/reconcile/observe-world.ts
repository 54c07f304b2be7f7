import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { AgentCommands, ObservedRunner } from '../../core/ports/agent-commands'
import type { ActionTries } from './action-tries'
import {
  type DesiredRunner,
  type Observation,
  REASON_AGENT_DIED,
  REASON_NODE_REMOVED,
  REASON_REBOOTED,
} from './plan-reconcile'
import type { HeldLease, WatchedNode } from './plan-rows'
import type { ReconcileContext, ReconcileScope } from './run-reconcile'

/** Stale leases freed in one round; more are a mass of them, and the next round is near. */
const MAX_LEASES = 1_000

/** Everything that deciding needs. */
export interface World {
  runners: DesiredRunner[]
  seen: Observation
  /** Leases that may be stale; looked for only with everything. */
  leases: HeldLease[]
  /** All nodes, with everything; else none. */
  nodes: WatchedNode[]
}

/** Reads what is desired from the database and what is from the agents. */
export async function observeWorld(
  ctx: ReconcileContext,
  agents: AgentCommands,
  tries: ActionTries,
  scope: ReconcileScope,
): Promise<World> {
  const connected = agents.connected()
  const held = new Map<string, ObservedRunner>(connected.flatMap((agent) => [...agent.runners]))
  const runners = await readDesired(ctx, scope, held)
  const nodes = await ctx.db.prisma.node.findMany({
    where: scope === 'all' ? {} : { id: { in: [...new Set(runners.map((runner) => runner.nodeId))] } },
    select: { id: true, lostAt: true, removedAt: true, lastSeenAt: true },
  })
  const removedNodes = new Set(nodes.filter((node) => node.removedAt !== null).map((node) => node.id))
  const wanted = scope === 'all' ? held : new Map([...held].filter(([id]) => scope.runnerIds.includes(id)))
  return {
    runners,
    seen: {
      agentOfNode: new Map(connected.map((agent) => [agent.nodeId, agent.agentId])),
      held: wanted,
      deadAgents: await readDeadAgents(ctx, agents, runners, removedNodes),
      removedNodes,
      silentMs: new Map(nodes.map(({ id }) => [id, agents.silentForMs(id)])),
      ttlMs: ctx.settings.heartbeatTtlSeconds * 1000,
      unheardMs: new Map(nodes.map(({ id }) => [id, agents.unheardMs(id)])),
      lostTimeoutMs: ctx.settings.lostTimeoutHours * 3_600_000,
      tries: tries.all(),
      now: ctx.clock.now(),
      triesMs: tries.nowMs(),
    },
    leases: scope === 'all' ? await readLeases(ctx) : [],
    nodes: scope === 'all' ? nodes : [],
  }
}

async function readDesired(
  ctx: ReconcileContext,
  scope: ReconcileScope,
  held: ReadonlyMap<string, ObservedRunner>,
): Promise<DesiredRunner[]> {
  const where =
    scope === 'all'
      ? { OR: [{ status: { in: SLOT_HOLDING_STATUSES } }, { id: { in: [...held.keys()] } }] }
      : { id: { in: [...scope.runnerIds] } }
  const rows = await ctx.db.prisma.runner.findMany({
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
  const starting = rows.filter((row) => row.status === 'starting').map((row) => row.id)
  const waiting = await readWaiting(ctx, starting)
  return rows.map((row) => ({ ...row, sessionHeld: waiting.has(row.id) }))
}

/** Of these runners those whose session another one, which is being ended, still has open. */
async function readWaiting(ctx: ReconcileContext, runnerIds: readonly string[]): Promise<Set<string>> {
  if (runnerIds.length === 0) return new Set()
  const { rows } = await ctx.db.pool.query<{ id: string }>(
    `SELECT r.id FROM runners r
      WHERE r.id = ANY ($1::uuid[])
        AND EXISTS (SELECT 1 FROM runners o
                     WHERE o.session_id = r.session_id AND o.id <> r.id AND o.desired = 'terminated'
                       AND o.status = ANY ($2::runner_status[]))`,
    [runnerIds, SLOT_HOLDING_STATUSES],
  )
  return new Set(rows.map((row) => row.id))
}

/** Of the runners' agents those that are dead, with why. */
async function readDeadAgents(
  ctx: ReconcileContext,
  agents: AgentCommands,
  runners: readonly DesiredRunner[],
  removedNodes: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const ids = [...new Set(runners.flatMap((runner) => runner.agentId ?? []))]
  const dead = await ctx.db.prisma.agent.findMany({
    where: { id: { in: ids }, goneAt: { not: null } },
    select: { id: true, nodeId: true, bootId: true },
  })
  const why = (agent: (typeof dead)[number]): string => {
    if (removedNodes.has(agent.nodeId)) return REASON_NODE_REMOVED
    const bootId = agents.bootIdOf(agent.nodeId)
    return bootId !== null && bootId !== agent.bootId ? REASON_REBOOTED : REASON_AGENT_DIED
  }
  return new Map(dead.map((agent) => [agent.id, why(agent)]))
}

async function readLeases(ctx: ReconcileContext): Promise<HeldLease[]> {
  const { rows } = await ctx.db.pool.query<HeldLease>(
    `SELECT s.id AS "sessionId", r.id AS "runnerId", r.status::text AS "runnerStatus", r.session_id AS "runnerSessionId"
       FROM sessions s JOIN runners r ON r.id = s.lease_runner_id
      WHERE r.status IN ('terminated', 'failed') OR r.session_id IS DISTINCT FROM s.id LIMIT $1`,
    [MAX_LEASES],
  )
  return rows
}
