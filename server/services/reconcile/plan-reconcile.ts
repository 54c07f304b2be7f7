import type { DesiredStatus, RunnerStatus } from '@/contracts/runner/status'
import { isEnded } from '@/contracts/runner/status'
import type { ObservedRunner } from '../../core/ports/agent-commands'

/** What the database says of a runner. */
export interface DesiredRunner {
  id: string
  nodeId: string
  agentId: string | null
  status: RunnerStatus
  desired: DesiredStatus
  epoch: number
  nextStartAt: Date | null
  stopForce: boolean
  stopGraceMs: number
}

/** What is known of the world. */
export interface Observation {
  /** The connected agent of each node. */
  agentOfNode: ReadonlyMap<string, string>
  /** What connected agents hold. */
  held: ReadonlyMap<string, ObservedRunner>
  /** Agents known to be dead: what they held is over. */
  deadAgents: ReadonlySet<string>
  /** How long each node could have been heard but was not, milliseconds. */
  silentMs: ReadonlyMap<string, number>
  ttlMs: number
  now: Date
}

export type ReconcileAction =
  | { kind: 'start'; runnerId: string; epoch: number; agentId: string }
  | { kind: 'stop'; runnerId: string; epoch: number; agentId: string; force: boolean; graceMs: number }
  | { kind: 'pause' | 'resume'; runnerId: string; epoch: number; agentId: string }
  | { kind: 'record-running'; runnerId: string; epoch: number; agentId: string; observed: ObservedRunner }
  | { kind: 'record-exit'; runnerId: string; epoch: number; agentId: string; observed: ObservedRunner }
  | { kind: 'record-gone'; runnerId: string; epoch: number; reason: string }
  | { kind: 'record-lost'; runnerId: string; epoch: number; reason: string }

/** Grace of an orphan: nobody waits for it, but it may want to save something. */
const ORPHAN_GRACE_MS = 10_000

export const REASON_AGENT_DIED = 'its agent died'
const REASON_NOT_HELD = 'its agent no longer has it'

/**
 * Decides what to do so that the world becomes what is desired. Pure: the same input gives the same actions, in the
 * order of the rows. Doing an action twice is harmless, so it may be decided again before it took effect.
 */
export function planReconcile(runners: readonly DesiredRunner[], seen: Observation): ReconcileAction[] {
  const known = new Set(runners.map((runner) => runner.id))
  const orphans = [...seen.held].filter(([id]) => !known.has(id)).flatMap(([id, held]) => endOrphan(id, held))
  return [...runners.flatMap((runner) => planRunner(runner, seen)), ...orphans]
}

function planRunner(runner: DesiredRunner, seen: Observation): ReconcileAction[] {
  const held = seen.held.get(runner.id)
  if (!held) return planAbsent(runner, seen)
  const actions = planHeld(runner, held)
  // The end of an earlier life changes no row, so nothing would wake us for the next one.
  const nextLife = held.state === 'exited' && held.epoch < runner.epoch && runner.status === 'starting'
  return nextLife ? [...actions, ...planAbsent(runner, seen)] : actions
}

function planAbsent(runner: DesiredRunner, seen: Observation): ReconcileAction[] {
  if (isEnded(runner.status)) return []
  const agentId = seen.agentOfNode.get(runner.nodeId)
  const target = { runnerId: runner.id, epoch: runner.epoch }
  const waits = runner.status === 'starting'

  if (waits && runner.desired === 'terminated')
    return [{ kind: 'record-gone', ...target, reason: 'stopped before it started' }]
  if (waits) {
    const due = runner.nextStartAt === null || runner.nextStartAt <= seen.now
    return agentId && due ? [{ kind: 'start', ...target, agentId }] : []
  }
  // A launch that was stopped before any agent took it: nothing can be alive.
  if (runner.status === 'stopping' && runner.agentId === null) {
    return agentId ? [{ kind: 'record-gone', ...target, reason: 'stopped before it started' }] : []
  }
  if (runner.agentId !== null && seen.deadAgents.has(runner.agentId)) {
    return [{ kind: 'record-gone', ...target, reason: REASON_AGENT_DIED }]
  }
  if (agentId) return agentId === runner.agentId ? [{ kind: 'record-gone', ...target, reason: REASON_NOT_HELD }] : []
  const silentMs = seen.silentMs.get(runner.nodeId) ?? 0
  if (runner.status !== 'lost' && silentMs > seen.ttlMs) {
    return [
      { kind: 'record-lost', ...target, reason: `its agent has not been heard for ${Math.round(silentMs / 1000)} s` },
    ]
  }
  return []
}

function planHeld(runner: DesiredRunner, held: ObservedRunner): ReconcileAction[] {
  const target = { runnerId: runner.id, epoch: held.epoch, agentId: held.agentId }
  if (held.state === 'exited') return [{ kind: 'record-exit', ...target, observed: held }]
  const stop: ReconcileAction = { kind: 'stop', ...target, force: runner.stopForce, graceMs: runner.stopGraceMs }
  // An earlier life still runs: it has to end before the wanted one starts.
  if (held.epoch !== runner.epoch || isEnded(runner.status)) return [stop]

  const actions: ReconcileAction[] = []
  const stale = runner.status === 'starting' || runner.status === 'lost' || runner.agentId !== held.agentId
  const differs = (runner.status === 'running' || runner.status === 'paused') && runner.status !== held.state
  if (stale || differs) actions.push({ kind: 'record-running', ...target, observed: held })
  if (runner.desired === 'terminated') actions.push(stop)
  else if (runner.desired === 'paused' && held.state === 'running') actions.push({ kind: 'pause', ...target })
  else if (runner.desired === 'running' && held.state === 'paused') actions.push({ kind: 'resume', ...target })
  return actions
}

function endOrphan(runnerId: string, held: ObservedRunner): ReconcileAction[] {
  const target = { runnerId, epoch: held.epoch, agentId: held.agentId }
  if (held.state === 'exited') return [{ kind: 'record-exit', ...target, observed: held }]
  return [{ kind: 'stop', ...target, force: false, graceMs: ORPHAN_GRACE_MS }]
}
