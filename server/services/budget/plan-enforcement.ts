import { type DesiredStatus, isEnded, type RunnerStatus } from '@/contracts/runner/status'
import { describeExhausted, raiseCommand } from './budget-exhausted'
import { concernsRunner, type ExhaustedBudget } from './exhausted-budgets'
import { canGate, type GateFacts, pausesRunner } from './tool-gate-providers'

/** A live runner, as far as budgets matter to it. */
export interface GovernedRunner extends GateFacts {
  id: string
  projectId: string
  epoch: number
  status: RunnerStatus
  desired: DesiredStatus
  heldByBudgetId: string | null
  /** The connected agent that holds this life of it; null while there is none. */
  agentId: string | null
}

export type Enforcement =
  /** Pause it on behalf of a budget. */
  | { kind: 'hold'; runnerId: string; epoch: number; budgetId: string; reason: string }
  /** Let what a budget paused go on. */
  | { kind: 'release'; runnerId: string; epoch: number }
  | { kind: 'stop'; runnerId: string; epoch: number; budgetId: string; reason: string }
  /** `tag` says what the agent then holds; null: it denies nothing. */
  | { kind: 'gate'; runnerId: string; epoch: number; agentId: string; tag: string | null; reason: string | null }

/** What each life's agent was last told, by `gateKey`: the tag of a gate, null for none. Those missing were told nothing. */
export type SentGates = ReadonlyMap<string, string | null>
export const gateKey = (runner: { id: string; epoch: number; agentId: string | null }): string =>
  `${runner.agentId}:${runner.id}:${runner.epoch}`

/**
 * Decides what exhausted budgets make of the live runners: level-triggered, so that asking again after all was done gives
 * nothing. The strictest policy counts. Only what a budget paused goes on by itself. Pure. `budgets` are the exhausted
 * ones, the strictest first.
 */
export const planEnforcement = (
  runners: readonly GovernedRunner[],
  budgets: readonly ExhaustedBudget[],
  sent: SentGates,
): Enforcement[] =>
  runners.flatMap((runner) => {
    if (isEnded(runner.status) || runner.desired === 'terminated') return []
    const mine = budgets.filter((budget) => concernsRunner(budget, runner))
    return planStop(runner, mine) ?? [...planHold(runner, mine), ...planGate(runner, mine, sent)]
  })

function planStop({ id, epoch }: GovernedRunner, budgets: readonly ExhaustedBudget[]): Enforcement[] | null {
  const budget = budgets.find(({ policy }) => policy === 'stop')
  if (!budget) return null
  return [{ kind: 'stop', runnerId: id, epoch, budgetId: budget.id, reason: describeExhausted(budget) }]
}

function planHold(runner: GovernedRunner, budgets: readonly ExhaustedBudget[]): Enforcement[] {
  const target = { runnerId: runner.id, epoch: runner.epoch }
  const holding = budgets.filter(({ policy }) => pausesRunner(policy, runner))
  const [budget] = holding
  if (!budget) return runner.heldByBudgetId !== null ? [{ kind: 'release', ...target }] : []
  const runs = (runner.status === 'running' || runner.status === 'paused') && runner.desired === 'running'
  // The budget that held it may have been raised while another holds it too.
  const byAnother = runner.heldByBudgetId !== null && !holding.some(({ id }) => id === runner.heldByBudgetId)
  if (!runs && !byAnother) return []
  const instead = budget.policy === 'deny-tools' ? ' Its tools cannot be denied, so it is paused.' : ''
  return [{ kind: 'hold', ...target, budgetId: budget.id, reason: `${describeExhausted(budget)}${instead}` }]
}

function planGate(runner: GovernedRunner, budgets: readonly ExhaustedBudget[], sent: SentGates): Enforcement[] {
  const { id: runnerId, epoch, agentId } = runner
  if (agentId === null || !canGate(runner)) return []
  const budget = budgets.find(({ policy }) => policy === 'deny-tools')
  // Not with what is used in it: that grows while requests are under way, and is no reason to tell it again.
  const tag = budget ? `${budget.id}:${budget.limit}:${budget.periodEnd.toISOString()}` : null
  if (sent.get(gateKey(runner)) === tag) return []
  const reason = budget ? `${describeExhausted(budget)} Raise it: ${raiseCommand(budget)}` : null
  return [{ kind: 'gate', runnerId, epoch, agentId, tag, reason }]
}
