import type { Logger } from 'pino'
import { HEARTBEAT_INTERVAL_MS } from '@/contracts/agent-protocol/messages'
import type { AgentCommands } from '../core/ports/agent-commands'
import { enforceResources } from '../services/quota/enforce-resources'
import { type LimitCpuParts, limitCpu } from '../services/quota/limit-cpu'
import type { Streaks } from '../services/quota/plan-resources'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'

/** Looks after every heartbeat at the memory and CPU that projects have quotas for. Returns what stops it. */
export function startResourceKeeper(
  ctx: ReconcileContext,
  agents: AgentCommands,
  options: { leads(): boolean; log: Logger },
): { stop(): Promise<void> } {
  let streaks: Streaks = new Map()
  const limits: LimitCpuParts = {
    agents,
    told: new Map(),
    cannot: new Set(),
    onError: (error, { runner }) =>
      options.log.warn({ err: error, runnerId: runner.id }, 'a runner cannot be held to its CPU quota'),
  }
  let running: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    if (!options.leads()) return
    try {
      await limitCpu(ctx, limits)
      streaks = await enforceResources(ctx, streaks)
    } catch (error) {
      options.log.error({ err: error }, 'quotas of memory and CPU cannot be enforced')
    }
  }
  const timer = setInterval(() => {
    running = running.then(look)
  }, HEARTBEAT_INTERVAL_MS)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
