import type { DesiredStatus, RunnerStatus } from '@/contracts/runner/status'
import { isEnded } from '@/contracts/runner/status'
import type { ObservedRunner } from '../../core/ports/agent-commands'
import { type ActionTry, tryKey } from './action-tries'
import type { RunnerAction } from './reconcile-action'

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
  /** Another runner that is being ended still has its session open. */
  sessionHeld: boolean
}

/** What is known of the world. */
export interface Observation {
  /** The connected agent of each node. */
  agentOfNode: ReadonlyMap<string, string>
  /** What connected agents hold. */
  held: ReadonlyMap<string, ObservedRunner>
  /** Agents known to be dead, and why: what they held is over. */
  deadAgents: ReadonlyMap<string, string>
  /** Nodes that were removed: nothing of them comes back. */
  removedNodes: ReadonlySet<string>
  /** How long each node could have been heard but was not, milliseconds, since the daemon last could not hear. */
  silentMs: ReadonlyMap<string, number>
  ttlMs: number
  /** The same, with what went before such a gap added. */
  unheardMs: ReadonlyMap<string, number>
  /** After this much of it a runner that is lost, or was stopped and never taken, is given up. */
  lostTimeoutMs: number
  /** What was tried before, by `tryKey`. */
  tries: ReadonlyMap<string, ActionTry>
  now: Date
  /** Now, in the time of the tries. */
  triesMs: number
}

/** Grace of an orphan: nobody waits for it, but it may want to save something. */
const ORPHAN_GRACE_MS = 10_000

/** A launch that its agent refuses or does not answer is given up after this long: whoever wants it should hear why. */
export const LAUNCH_DEADLINE_MS = 5 * 60_000
/** An agent kills after the grace by itself; when this much later it has not, it is told to. */
export const STOP_MARGIN_MS = 10_000

export const REASON_AGENT_DIED = 'its agent died'
export const REASON_REBOOTED = 'its machine was restarted'
export const REASON_NODE_REMOVED = 'its node was removed'
const REASON_NOT_HELD = 'its agent no longer has it'

/**
 * Decides what to do so that the world becomes what is desired. Pure: the same input gives the same actions, in the
 * order of the rows. Doing an action twice is harmless, so it may be decided again before it took effect.
 */
export function planReconcile(runners: readonly DesiredRunner[], seen: Observation): RunnerAction[] {
  const known = new Set(runners.map((runner) => runner.id))
  const orphans = [...seen.held].filter(([id]) => !known.has(id)).flatMap(([id, held]) => endOrphan(id, held, seen))
  return [...runners.flatMap((runner) => planRunner(runner, seen)), ...orphans]
}

function planRunner(runner: DesiredRunner, seen: Observation): RunnerAction[] {
  const held = seen.held.get(runner.id)
  if (!held) return planAbsent(runner, seen)
  const actions = planHeld(runner, held, seen)
  // The end of an earlier life changes no row, so nothing would wake us for the next one.
  const nextLife = held.state === 'exited' && held.epoch < runner.epoch && runner.status === 'starting'
  return nextLife ? [...actions, ...planAbsent(runner, seen)] : actions
}

function planAbsent(runner: DesiredRunner, seen: Observation): RunnerAction[] {
  if (isEnded(runner.status)) return []
  const agentId = seen.agentOfNode.get(runner.nodeId)
  const target = { runnerId: runner.id, epoch: runner.epoch }
  const waits = runner.status === 'starting'

  if (waits && runner.desired === 'terminated')
    return [{ kind: 'record-gone', ...target, reason: 'stopped before it started' }]
  if (!agentId && seen.removedNodes.has(runner.nodeId)) {
    return [{ kind: 'record-gone', ...target, reason: REASON_NODE_REMOVED }]
  }
  if (waits) return agentId ? planStart(runner, agentId, seen) : []
  // A launch that was stopped before any agent took it. Away, the agent may have it and its answer be lost.
  if (runner.status === 'stopping' && runner.agentId === null) {
    return agentId ? [{ kind: 'record-gone', ...target, reason: 'stopped before it started' }] : giveUp(runner, seen)
  }
  const died = runner.agentId === null ? undefined : seen.deadAgents.get(runner.agentId)
  if (died !== undefined) return [{ kind: 'record-gone', ...target, reason: died }]
  if (agentId) return agentId === runner.agentId ? [{ kind: 'record-gone', ...target, reason: REASON_NOT_HELD }] : []
  return planSilent(runner, seen)
}

function planStart(runner: DesiredRunner, agentId: string, seen: Observation): RunnerAction[] {
  const target = { runnerId: runner.id, epoch: runner.epoch }
  if (runner.nextStartAt !== null && runner.nextStartAt > seen.now) return []
  if (runner.sessionHeld) return []
  const tried = seen.tries.get(tryKey('start', runner.id, runner.epoch))
  if (tried === undefined || seen.triesMs - tried.firstMs <= LAUNCH_DEADLINE_MS) {
    return [{ kind: 'start', ...target, agentId }]
  }
  // Should the agent have it after all, it is an orphan from now on and ended.
  const why = tried.lastError === null ? '' : `: ${tried.lastError}`
  return [
    { kind: 'record-gone', ...target, reason: `it could not be started in ${LAUNCH_DEADLINE_MS / 60_000} min${why}` },
  ]
}

function planSilent(runner: DesiredRunner, seen: Observation): RunnerAction[] {
  const target = { runnerId: runner.id, epoch: runner.epoch }
  if (runner.status === 'lost') return giveUp(runner, seen)
  const silentMs = seen.silentMs.get(runner.nodeId) ?? 0
  if (silentMs <= seen.ttlMs) return []
  return [
    { kind: 'record-lost', ...target, reason: `its agent has not been heard for ${Math.round(silentMs / 1000)} s` },
  ]
}

/** What nobody can tell about is over once its node was unheard for the long time-out. */
function giveUp({ id, epoch, nodeId }: DesiredRunner, seen: Observation): RunnerAction[] {
  const unheardMs = seen.unheardMs.get(nodeId) ?? 0
  if (unheardMs <= seen.lostTimeoutMs) return []
  const hours = Math.round(unheardMs / 360_000) / 10
  const reason = `given up: its agent has not been heard for ${hours} h`
  return [{ kind: 'record-gone', runnerId: id, epoch, reason }]
}

/** Asked again and again until it has ended; by force once the agent should have used it. */
function planStop(
  target: { runnerId: string; epoch: number; agentId: string },
  wish: { force: boolean; graceMs: number },
  seen: Observation,
): RunnerAction {
  const tried = seen.tries.get(tryKey('stop', target.runnerId, target.epoch))
  const overdue = tried !== undefined && seen.triesMs - tried.firstMs > wish.graceMs + STOP_MARGIN_MS
  return { kind: 'stop', ...target, force: wish.force || overdue, graceMs: wish.graceMs }
}

function planHeld(runner: DesiredRunner, held: ObservedRunner, seen: Observation): RunnerAction[] {
  const target = { runnerId: runner.id, epoch: held.epoch, agentId: held.agentId }
  if (held.state === 'exited') return [{ kind: 'record-exit', ...target, observed: held }]
  const stop = planStop(target, { force: runner.stopForce, graceMs: runner.stopGraceMs }, seen)
  // An earlier life still runs: it has to end before the wanted one starts.
  if (held.epoch !== runner.epoch || isEnded(runner.status)) return [stop]

  const actions: RunnerAction[] = []
  const stale = runner.status === 'starting' || runner.status === 'lost' || runner.agentId !== held.agentId
  const differs = (runner.status === 'running' || runner.status === 'paused') && runner.status !== held.state
  if (stale || differs) actions.push({ kind: 'record-running', ...target, observed: held })
  if (runner.desired === 'terminated') actions.push(stop)
  else if (runner.desired === 'paused' && held.state === 'running') actions.push({ kind: 'pause', ...target })
  else if (runner.desired === 'running' && held.state === 'paused') actions.push({ kind: 'resume', ...target })
  return actions
}

function endOrphan(runnerId: string, held: ObservedRunner, seen: Observation): RunnerAction[] {
  const target = { runnerId, epoch: held.epoch, agentId: held.agentId }
  if (held.state === 'exited') return [{ kind: 'record-exit', ...target, observed: held }]
  return [planStop(target, { force: false, graceMs: ORPHAN_GRACE_MS }, seen)]
}
