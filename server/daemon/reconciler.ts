import type { Logger } from 'pino'
import type { ReconcileReport } from '@/contracts/system/system'
import type { AgentCommands } from '../core/ports/agent-commands'
import type { ReconcileAction } from '../services/reconcile/plan-reconcile'
import type { ReconcileObserver } from '../services/reconcile/reconcile-observer'
import { type ReconcileContext, runReconcile } from '../services/reconcile/run-reconcile'

/** A runner whose action failed is looked at again after this long: the agent may only have been busy. */
const RETRY_MS = 1_000

export interface Reconciler {
  /** Reconcile these runners soon. */
  wake(runnerIds: readonly string[]): void
  /** Reconcile everything now. */
  all(): Promise<ReconcileReport>
  stop(): Promise<void>
}

/**
 * Runs one reconciliation at a time: woken for single runners, every `intervalMs` for all, and when the next delayed
 * restart is due. What is woken during a run is looked at after it.
 */
export function startReconciler(
  ctx: ReconcileContext,
  agents: AgentCommands,
  options: {
    intervalMs: number
    log: Logger
    observer: ReconcileObserver
    afterwards(report: ReconcileReport, runnerIds: readonly string[]): Promise<void>
  },
): Reconciler {
  const woken = new Set<string>()
  let running: Promise<unknown> = Promise.resolve()
  let scheduled = false
  let stopped = false
  const timers = new Set<NodeJS.Timeout>()

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!stopped) work()
    }, ms)
    timers.add(timer)
  }

  const failed = (error: unknown, action: ReconcileAction) => {
    options.log.warn({ err: error, action: action.kind, runnerId: action.runnerId }, 'reconcile action failed')
    later(RETRY_MS, () => wake([action.runnerId]))
  }

  const run = async (scope: { runnerIds: readonly string[] } | 'all'): Promise<ReconcileReport> => {
    const report = await runReconcile(ctx, agents, scope, failed)
    const touched = scope === 'all' ? report.actions.map((action) => action.runnerId) : scope.runnerIds
    await options.afterwards(report, touched)
    return report
  }

  /** Runs after what runs now, whether that worked or not. */
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const next = running.then(work)
    running = next.catch(() => undefined)
    return next
  }

  const wake = (runnerIds: readonly string[]) => {
    for (const id of runnerIds) woken.add(id)
    if (scheduled || stopped || woken.size === 0) return
    scheduled = true
    enqueue(async () => {
      scheduled = false
      const ids = [...woken]
      woken.clear()
      try {
        await run({ runnerIds: ids })
      } catch (error) {
        options.log.error({ err: error }, 'reconcile failed')
        later(RETRY_MS, () => wake(ids))
      }
    }).catch((error: unknown) => options.log.error({ err: error }, 'reconcile queue failed'))
  }

  const all = () => enqueue(() => run('all'))

  const wakeDueRestarts = async () => {
    const next = await ctx.db.prisma.runner.findMany({
      where: { status: 'starting', nextStartAt: { not: null } },
      select: { id: true, nextStartAt: true },
    })
    const now = ctx.clock.now()
    wake(next.filter((row) => row.nextStartAt !== null && row.nextStartAt <= now).map((row) => row.id))
  }

  const logFailure = (error: unknown) => options.log.error({ err: error }, 'reconcile failed')
  const round = setInterval(() => all().catch(logFailure), options.intervalMs)
  const restarts = setInterval(() => wakeDueRestarts().catch(logFailure), RETRY_MS)
  all().catch(logFailure)

  return {
    wake,
    all,
    stop: async () => {
      stopped = true
      clearInterval(round)
      clearInterval(restarts)
      for (const timer of timers) clearTimeout(timer)
      await running
    },
  }
}
