import type { ReconcileReport } from '@/contracts/system/system'
import { StratavoreError } from '../../core/errors'
import type { AgentCommands } from '../../core/ports/agent-commands'
import type { ServiceContext } from '../service-context'
import { type ActionTries, tryKey } from './action-tries'
import { observeWorld } from './observe-world'
import { performAction } from './perform-action'
import { planReconcile } from './plan-reconcile'
import { planLeases, planNodes } from './plan-rows'
import { describeAction, type ReconcileAction, runnerOf } from './reconcile-action'
import type { ReconcileObserver } from './reconcile-observer'

export type ReconcileContext = Omit<ServiceContext, 'daemon' | 'databaseKind' | 'notifiers'>

export type ReconcileScope = { runnerIds: readonly string[] } | 'all'

/** What a run needs besides its context and its scope. */
export interface ReconcileParts {
  agents: AgentCommands
  /** Kept from run to run. */
  tries: ActionTries
  observer: ReconcileObserver
  /** An action threw; `retryMs` is when it is worth trying again. */
  onError(error: unknown, action: ReconcileAction, retryMs: number): void
}

/** Actions under way at once: a node starting 100 runners should not open 100 transactions. */
const PARALLEL_ACTIONS = 8

const keyOf = (action: ReconcileAction): string | null =>
  'epoch' in action ? tryKey(action.kind, action.runnerId, action.epoch) : null

/**
 * Compares what is desired with what is, for some runners or all, and acts. Called again for the same runner it does
 * no harm. A failing action is reported and does not stop the others. Throws when the database does not answer.
 */
export async function runReconcile(
  ctx: ReconcileContext,
  parts: ReconcileParts,
  scope: ReconcileScope,
): Promise<ReconcileReport> {
  const { agents, tries } = parts
  const startedMs = ctx.clock.monotonicMs()
  const world = await observeWorld(ctx, agents, tries, scope)
  const actions: ReconcileAction[] = [
    ...planReconcile(world.runners, world.seen),
    ...planLeases(world.leases),
    ...planNodes(world.nodes, world.seen),
  ]
  // What was tried and is not to be done any more, or was interrupted by its agent's going, begins anew another time.
  const looked = scope === 'all' ? null : new Set(scope.runnerIds)
  const wanted = new Set(actions.flatMap((action) => keyOf(action) ?? []))
  tries.keepOnly(wanted, (key) => looked === null || looked.has(key.split(':')[1] ?? ''))
  const errors = await performAll(ctx, parts, actions)
  const seconds = (ctx.clock.monotonicMs() - startedMs) / 1000
  parts.observer.ran(scope === 'all' ? 'all' : 'woken', seconds)
  return {
    at: ctx.clock.now().toISOString(),
    durationMs: seconds * 1000,
    runnersExamined: world.runners.length,
    actions: actions.map((action) => ({
      kind: action.kind,
      runnerId: runnerOf(action),
      detail: describeAction(action),
      error: errors.get(action) ?? null,
    })),
  }
}

/** Performs them and returns why some were not. */
async function performAll(
  ctx: ReconcileContext,
  parts: ReconcileParts,
  actions: readonly ReconcileAction[],
): Promise<ReadonlyMap<ReconcileAction, string>> {
  const errors = new Map<ReconcileAction, string>()
  // One runner's actions stay in order; different runners go side by side.
  const bySubject = new Map<string, ReconcileAction[]>()
  for (const action of actions) {
    const subject = runnerOf(action) ?? action.kind
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), action])
  }
  const queue = [...bySubject.values()]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const left = [...next]
      for (let action = left.shift(); action; action = left.shift()) {
        try {
          await tryAction(ctx, parts, action)
        } catch (error) {
          errors.set(action, error instanceof StratavoreError ? error.message : String(error))
          for (const skipped of left.splice(0)) errors.set(skipped, 'what comes before it failed')
        }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_ACTIONS, queue.length) }, work))
  return errors
}

async function tryAction(ctx: ReconcileContext, parts: ReconcileParts, action: ReconcileAction): Promise<void> {
  const { tries, observer } = parts
  const key = keyOf(action)
  if (key !== null) tries.began(key)
  try {
    await performAction(ctx, parts.agents, action)
    observer.acted(action.kind, 'ok')
  } catch (error) {
    observer.acted(action.kind, 'failed')
    parts.onError(error, action, tries.failed(key ?? action.kind, error))
    throw error
  }
}
