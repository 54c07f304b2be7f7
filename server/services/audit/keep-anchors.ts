import type { Anchor, ChainEnd } from '@/contracts/audit/audit'
import type { AnchorSink } from '../../core/ports/anchor-sink'
import { readInstallationId } from '../installation/read-installation-id'
import type { ServiceContext } from '../service-context'
import { onSnapshot, readTip } from './chain-rows'

const MINUTE_MS = 60_000

/** When the chain's end is told next. */
export interface AnchorPace {
  everyMs: number
  everyRows: number
}

export const anchorPace = (settings: ServiceContext['settings']): AnchorPace => ({
  everyMs: settings.auditAnchorMinutes * MINUTE_MS,
  everyRows: settings.auditAnchorRows,
})

/** Whether the end should be told now. Pure. */
export function isAnchorDue(
  pace: AnchorPace,
  told: { seq: number; ms: number } | null,
  tip: ChainEnd,
  nowMs: number,
): boolean {
  if (told === null) return true
  if (tip.seq === told.seq) return false
  return tip.seq - told.seq >= pace.everyRows || nowMs - told.ms >= pace.everyMs
}

/** Tells one place of the chain's end, again and again. */
export interface AnchorKeeper {
  /** Tells it if it is due, or if it has changed at all with `now`. Throws when it is not kept: it is due again then. */
  keep(now?: boolean): Promise<void>
}

export function createAnchorKeeper(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'settings'>,
  sink: AnchorSink,
): AnchorKeeper {
  const pace = anchorPace(ctx.settings)
  let told: { seq: number; ms: number } | null = null
  return {
    keep: async (now = false) => {
      const tip = await onSnapshot(ctx, readTip)
      const ms = ctx.clock.monotonicMs()
      if (now ? tip.seq === told?.seq : !isAnchorDue(pace, told, tip, ms)) return
      const anchor: Anchor = { installation: await readInstallationId(ctx), ...tip, at: ctx.clock.now().toISOString() }
      await sink.keep(JSON.stringify(anchor))
      told = { seq: tip.seq, ms }
    },
  }
}
