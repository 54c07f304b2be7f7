import type { Logger } from 'pino'
import type { AnchorSink } from '../core/ports/anchor-sink'
import { createAnchorKeeper } from '../services/audit/keep-anchors'
import { pruneAudit } from '../services/audit/prune-audit'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { POLL_MS, startWorkLoop } from './work-loop'

const DAY_MS = 86_400_000
const PRUNE_EVERY_MS = 3_600_000

/** Tells each sink of the end of the audit chain, and drops rows that are older than the settings want them. */
export function startAuditKeeper(
  ctx: ReconcileContext,
  sinks: readonly AnchorSink[],
  options: { leads(): boolean; log: Logger },
): { stop(): Promise<void> } {
  const { log } = options
  const failed = (sink: AnchorSink) => (error: unknown) =>
    log.error({ err: error, sink: sink.name }, 'the end of the audit chain could not be kept')
  const anchors = sinks.map((sink) => {
    const keeper = createAnchorKeeper(ctx, sink)
    const loop = startWorkLoop(async () => {
      if (options.leads()) await keeper.keep()
      return POLL_MS
    }, failed(sink))
    return { keeper, loop, sink }
  })
  const { auditRetentionDays: days } = ctx.settings
  const pruning =
    days === undefined
      ? null
      : startWorkLoop(
          async () => {
            if (!options.leads()) return POLL_MS
            const rows = await pruneAudit(ctx, new Date(ctx.clock.now().getTime() - days * DAY_MS))
            if (rows > 0) log.info({ rows }, 'old audit rows were dropped')
            return PRUNE_EVERY_MS
          },
          (error) => log.error({ err: error }, 'old audit rows could not be dropped'),
        )
  return {
    stop: async () => {
      await pruning?.stop()
      await Promise.all(
        anchors.map(async ({ keeper, loop, sink }) => {
          await loop.stop()
          if (options.leads()) await keeper.keep(true).catch(failed(sink))
        }),
      )
    },
  }
}
