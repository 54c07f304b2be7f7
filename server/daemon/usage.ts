import type { Logger } from 'pino'
import type { Settings } from '@/config/settings'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { loadPrices } from '../services/usage/load-prices'
import { repriceLedger } from '../services/usage/reprice'
import type { UsageContext, UsageObserver } from '../services/usage/usage-context'

/** Taking usage, for as long as this daemon leads. */
export interface Usage {
  ctx: UsageContext
  stop(): Promise<void>
}

/** Reads the prices and, where the ledger was priced by others, prices it anew in the background. */
export async function startUsage(
  ctx: ReconcileContext,
  settings: Pick<Settings, 'home' | 'pricesFile'>,
  observer: UsageObserver,
  log: Logger,
): Promise<Usage> {
  const { table, problem } = await loadPrices(settings)
  if (problem !== null) log.error({ problem }, 'the prices file counts for nothing')
  const usage = { ...ctx, prices: table, usage: observer }
  const stopping = new AbortController()
  const repricing = repriceLedger(usage, stopping.signal).then(
    (changed) => changed > 0 && log.info({ changed }, 'requests have another cost by the prices of now'),
    (error: unknown) => log.error({ err: error }, 'the ledger could not be priced anew; the next start tries again'),
  )
  return {
    ctx: usage,
    async stop() {
      stopping.abort()
      await repricing
    },
  }
}
