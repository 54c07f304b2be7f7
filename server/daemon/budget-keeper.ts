import type { Logger } from 'pino'
import { within } from '../adapters/broker/pause'
import type { AgentCommands } from '../core/ports/agent-commands'
import { type Scheduler, systemScheduler } from '../core/scheduler'
import { enforceBudgets } from '../services/budget/enforce-budgets'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { STOP_GRACES } from './stop-graces'

/** After an action or a run failed. */
const RETRY_MS = 2_000
/** Timers cannot count further; a later edge is looked for again by a round before it. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface BudgetKeeper {
  /** Something may have changed: look soon. */
  wake(): void
  /** An agent has joined: it may hold gates of an earlier daemon, or none. */
  agentJoined(agentId: string): void
  /** Runners have changed; looked at only while a budget is exhausted. */
  runnersChanged(): void
  /** Begins no run any more, and waits a grace for the one under way. */
  stop(): Promise<void>
}

/**
 * Keeps what exhausted budgets ask for: woken when a budget changes or is crossed, when a period of an exhausted one ends,
 * when agents join, and every `intervalMs`. One run at a time; what comes meanwhile is one more run after it.
 */
export function startBudgetKeeper(
  ctx: ReconcileContext,
  agents: AgentCommands,
  options: {
    intervalMs: number
    leads(): boolean
    log: Logger
    scheduler?: Scheduler
  },
): BudgetKeeper {
  const scheduler = options.scheduler ?? systemScheduler
  const gates = new Map<string, string | null>()
  const deaf = new Set<string>()
  let running: Promise<void> = Promise.resolve()
  let waits = false
  let stopped = false
  let exhausted = false
  let cancelTimer = () => {}

  const wakeIn = (ms: number) => {
    cancelTimer()
    if (!stopped) cancelTimer = scheduler.after(Math.min(ms, MAX_TIMER_MS), wake)
  }

  const run = async (): Promise<void> => {
    waits = false
    if (stopped) return
    if (!options.leads()) return wakeIn(options.intervalMs)
    let failed = false
    const report = await enforceBudgets(ctx, {
      agents,
      gates,
      deaf,
      onError: (error, action) => {
        failed = true
        options.log.warn({ err: error, action: action.kind, runnerId: action.runnerId }, 'a budget cannot be enforced')
      },
    })
    exhausted = report.nextEdge !== null
    const edgeMs = report.nextEdge ? report.nextEdge.getTime() - ctx.clock.now().getTime() : options.intervalMs
    wakeIn(failed ? RETRY_MS : Math.max(0, Math.min(edgeMs, options.intervalMs)))
  }

  function wake(): void {
    if (waits || stopped) return
    waits = true
    running = running.then(run).catch((error: unknown) => {
      options.log.error({ err: error }, 'budgets cannot be enforced')
      wakeIn(RETRY_MS)
    })
  }

  wake()
  return {
    wake,
    agentJoined: (agentId) => {
      for (const key of gates.keys()) if (key.startsWith(`${agentId}:`)) gates.delete(key)
      wake()
    },
    runnersChanged: () => {
      if (exhausted) wake()
    },
    stop: async () => {
      stopped = true
      cancelTimer()
      await within(STOP_GRACES.reconcileMs, running)
    },
  }
}
