import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { AgentCommands } from '../../core/ports/agent-commands'
import { withTransaction } from '../../db/database'
import type { ReconcileContext } from '../reconcile/run-reconcile'
import { changeRunner } from '../runner/change-runner'
import { findAndLockRunner, type LockedRunner } from '../runner/lock-runner'
import { readExhausted, readExhaustedOf } from './exhausted-budgets'
import { type Enforcement, type GovernedRunner, gateKey, planEnforcement } from './plan-enforcement'

export interface EnforceParts {
  agents: AgentCommands
  /** What agents were told, by `gateKey`; kept from run to run. */
  gates: Map<string, string | null>
  /** Lives whose program hears no gate, though others of its kind do, by `gateKey`; kept from run to run. */
  deaf: Set<string>
  /** An action failed: it is decided again by the next run. */
  onError(error: unknown, action: Enforcement): void
}

/** What a run tells of itself. */
export interface EnforceReport {
  done: Enforcement[]
  /** When the first of the exhausted budgets begins anew; null when none is exhausted. */
  nextEdge: Date | null
}

/** Does what exhausted budgets ask for, once. A failing action does not stop the others. */
export async function enforceBudgets(ctx: ReconcileContext, parts: EnforceParts): Promise<EnforceReport> {
  const budgets = await readExhausted(ctx.db.prisma, ctx.clock.now())
  const runners = await readGoverned(ctx, parts)
  const known = new Set(runners.map(gateKey))
  for (const key of parts.gates.keys()) if (!known.has(key)) parts.gates.delete(key)
  for (const key of parts.deaf) if (!known.has(key)) parts.deaf.delete(key)
  const done: Enforcement[] = []
  for (const action of planEnforcement(runners, budgets, parts.gates)) {
    try {
      await act(ctx, parts, action)
      done.push(action)
    } catch (error) {
      parts.onError(error, action)
    }
  }
  const edges = budgets.map(({ periodEnd }) => periodEnd.getTime())
  return { done, nextEdge: edges.length === 0 ? null : new Date(Math.min(...edges)) }
}

async function readGoverned(
  ctx: ReconcileContext,
  { agents, deaf }: Pick<EnforceParts, 'agents' | 'deaf'>,
): Promise<GovernedRunner[]> {
  const rows = await ctx.db.prisma.runner.findMany({
    where: { status: { in: SLOT_HOLDING_STATUSES } },
    select: {
      id: true,
      projectId: true,
      epoch: true,
      status: true,
      desired: true,
      heldByBudgetId: true,
      provider: true,
      agent: { select: { protocol: true } },
    },
  })
  const held = new Map(agents.connected().flatMap((agent) => [...agent.runners]))
  return rows.map(({ agent, ...row }) => {
    const life = held.get(row.id)
    const isHeld = life !== undefined && life.epoch === row.epoch && life.state !== 'exited'
    const governed = { ...row, protocol: agent?.protocol ?? null, agentId: isHeld ? life.agentId : null }
    // Like one whose agent knows no gate.
    return deaf.has(gateKey(governed)) ? { ...governed, protocol: 0 } : governed
  })
}

async function act(ctx: ReconcileContext, { agents, gates, deaf }: EnforceParts, action: Enforcement): Promise<void> {
  const { runnerId, epoch } = action
  if (action.kind !== 'gate') return changeHeld(ctx, action)
  // What an agent is told is no write, so no fence would stop it.
  ctx.fence?.epoch()
  const reply = await agents.setToolGate(action.agentId, { runnerId, epoch, reason: action.reason })
  const key = gateKey({ id: runnerId, epoch, agentId: action.agentId })
  // The next run pauses it instead.
  if (!reply.ok && reply.code === 'unsupported') deaf.add(key)
  // A life that has ended in the meantime needs none.
  if (reply.ok || reply.code === 'not_found' || reply.code === 'stale_epoch') gates.set(key, action.tag)
  else throw new Error(`the agent refused the gate: ${reply.error}`)
}

/** Changes what is wanted of a runner, unless that or the budget has changed since it was decided. */
async function changeHeld(ctx: ReconcileContext, action: Exclude<Enforcement, { kind: 'gate' }>): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, action.runnerId)
    if (!runner || runner.epoch !== action.epoch || runner.desired === 'terminated') return
    const exhausted = await readExhaustedOf(tx, runner, ctx.clock.now())
    const still = (budgetId: string | null) => exhausted.some(({ id }) => id === budgetId)
    switch (action.kind) {
      case 'hold': {
        const runs = runner.status === 'running' || runner.status === 'paused'
        const isOwn = runner.desired === 'paused' && runner.heldByBudgetId === null
        if (!still(action.budgetId) || !runs || isOwn) return
        await changeWish(runner, 'runner.hold', {
          desired: 'paused',
          heldByBudgetId: action.budgetId,
          reason: action.reason,
        })
        return
      }
      case 'release':
        if (runner.heldByBudgetId === null) return
        await changeWish(runner, 'runner.release', { desired: 'running', heldByBudgetId: null, reason: null })
        return
      case 'stop':
        if (!still(action.budgetId)) return
        await changeRunner(ctx, tx, runner, {
          to: 'stopping',
          set: { desired: 'terminated', nextStartAt: null, heldByBudgetId: null, reason: action.reason },
          action: 'runner.stop',
          events: runner.status === 'stopping' ? [] : ['runner.stopping'],
          data: { force: false },
        })
    }

    async function changeWish(
      row: LockedRunner,
      verb: string,
      set: { desired: 'paused' | 'running'; heldByBudgetId: string | null; reason: string | null },
    ): Promise<void> {
      await changeRunner(ctx, tx, row, { to: row.status, set, action: verb, events: [] })
    }
  })
}
