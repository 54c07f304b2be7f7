import type { Logger } from 'pino'
import type { ReconcileReport } from '@/contracts/system/system'
import { within } from '../adapters/broker/pause'
import { StratavoreError } from '../core/errors'
import type { AgentCommands } from '../core/ports/agent-commands'
import { type Scheduler, systemScheduler } from '../core/scheduler'
import { createActionTries } from '../services/reconcile/action-tries'
import { type ReconcileAction, runnerOf } from '../services/reconcile/reconcile-action'
import type { ReconcileObserver } from '../services/reconcile/reconcile-observer'
import { type ReconcileContext, type ReconcileScope, runReconcile } from '../services/reconcile/run-reconcile'
import { createRetryTimers } from './retry-timers'
import { STOP_GRACES } from './stop-graces'

/** A run that failed as a whole is repeated, and restarts that are due are looked for, this often. */
const RETRY_MS = 1_000

export interface Reconciler {
  /** Reconcile these runners soon. */
  wake(runnerIds: readonly string[]): void
  /** From now on the time that a try may take counts anew: this daemon could not hear its agents. */
  countAnew(): void
  /** Reconcile everything, beginning after this call. Several that wait at once get one run. */
  all(): Promise<ReconcileReport>
  /** Begins no run any more, and waits a grace for the one under way: an agent may not answer. */
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
    /** Time in which agents could be heard: deadlines of launches and stops count only this. */
    listenedMs(): number
    log: Logger
    observer: ReconcileObserver
    /** Whether this daemon leads at this moment. While it does not, nothing is done; who leads again calls `all`. */
    leads(): boolean
    afterwards(report: ReconcileReport, runnerIds: readonly string[]): Promise<void>
    /** For the retries; the real one unless a test says when time has passed. */
    scheduler?: Scheduler
    /** Tests wait shorter, milliseconds. */
    stopGraceMs?: number
  },
): Reconciler {
  const woken = new Set<string>()
  let running: Promise<unknown> = Promise.resolve()
  let scheduled = false
  let stopped = false
  const retries = createRetryTimers(options.scheduler ?? systemScheduler, ctx.clock.monotonicMs, (runnerId) =>
    wake([runnerId]),
  )

  const onError = (error: unknown, action: ReconcileAction, retryMs: number) => {
    const runnerId = runnerOf(action)
    options.log.warn({ err: error, action: action.kind, runnerId }, 'reconcile action failed')
    // What is about no runner comes again with the next round.
    if (runnerId !== null && !stopped) retries.wakeIn(runnerId, retryMs)
  }

  const { observer } = options
  const tries = createActionTries(options.listenedMs)
  const parts = { agents, tries, observer, onError }
  const run = async (scope: ReconcileScope): Promise<ReconcileReport> => {
    const report = await runReconcile(ctx, parts, scope).catch((error: unknown) => {
      observer.runFailed(scope === 'all' ? 'all' : 'woken')
      throw error
    })
    const touched = scope === 'all' ? report.actions.flatMap((action) => action.runnerId ?? []) : scope.runnerIds
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
    for (const id of runnerIds) {
      woken.add(id)
      retries.cancel(id)
    }
    if (scheduled || stopped || woken.size === 0 || !options.leads()) return
    scheduled = true
    enqueue(async () => {
      scheduled = false
      if (stopped) return
      const ids = [...woken]
      woken.clear()
      try {
        await run({ runnerIds: ids })
      } catch (error) {
        options.log.error({ err: error }, 'reconcile failed')
        if (!stopped) for (const id of ids) retries.wakeIn(id, RETRY_MS)
      }
    }).catch((error: unknown) => options.log.error({ err: error }, 'reconcile queue failed'))
  }

  let waiting: Promise<ReconcileReport> | null = null
  /** One that waits for its turn sees all that whoever asks meanwhile wants seen: no second one queues behind it. */
  const all = (): Promise<ReconcileReport> => {
    waiting ??= enqueue(() => {
      waiting = null
      if (stopped) throw new StratavoreError('unavailable', 'The daemon is stopping.')
      return run('all')
    })
    return waiting
  }

  const wakeDueRestarts = async () => {
    const next = await ctx.db.prisma.runner.findMany({
      where: { status: 'starting', nextStartAt: { not: null } },
      select: { id: true, nextStartAt: true },
    })
    const now = ctx.clock.now()
    wake(next.filter((row) => row.nextStartAt !== null && row.nextStartAt <= now).map((row) => row.id))
  }

  const logFailure = (error: unknown) => options.log.error({ err: error }, 'reconcile failed')
  const whileLeading = (work: () => Promise<unknown>) => () => {
    if (options.leads()) work().catch(logFailure)
  }
  const round = setInterval(whileLeading(all), options.intervalMs)
  const restarts = setInterval(whileLeading(wakeDueRestarts), RETRY_MS)
  all().catch(logFailure)

  return {
    wake,
    countAnew: tries.countAnew,
    all,
    stop: async () => {
      stopped = true
      clearInterval(round)
      clearInterval(restarts)
      retries.cancelAll()
      await within(options.stopGraceMs ?? STOP_GRACES.reconcileMs, running)
    },
  }
}
