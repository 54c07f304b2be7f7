import type { Logger } from 'pino'
import type { Notifier } from '../core/ports/notifier'
import { nextDue } from '../services/notification/claim-notification'
import {
  createChannelDelivery,
  DELIVERY_RATE,
  type DeliveryContext,
  type DeliveryObserver,
} from '../services/notification/deliver-notifications'
import { pruneNotifications } from '../services/notification/prune-notifications'
import { releaseHeld } from '../services/notification/release-held'
import { writeDailySummary } from '../services/notification/write-daily-summary'
import { STOP_GRACES } from './stop-graces'
import { POLL_MS, startWorkLoop } from './work-loop'

/** A notification that somebody else is sending is looked at again no sooner. */
const MIN_WAIT_MS = 250
const PRUNE_EVERY_MS = 10 * 60_000

export interface Notifications {
  /** Something was written: look now. */
  wake(): void
  /** Sends what is due, for a moment, and stops; the rows keep the rest. */
  stop(): Promise<void>
}

/**
 * Sends what is written in the notification rows, one channel not waiting for another. Whatever goes wrong here stays
 * here: a channel that is down only makes rows wait.
 */
export function startNotifications(
  ctx: DeliveryContext,
  notifiers: readonly Notifier[],
  options: { log: Logger; observer: DeliveryObserver; random?: () => number },
): Notifications {
  const { log, observer, random = Math.random } = options
  let stopped = false
  const loops = notifiers.map((notifier) => {
    const { channel } = notifier
    const delivery = createChannelDelivery(ctx, notifier, {
      rate: DELIVERY_RATE,
      random,
      observer,
      stopped: () => stopped,
    })
    return startWorkLoop(
      async () => {
        await releaseHeld(ctx)
        const waitMs = await delivery.deliver()
        const due = waitMs ?? ((await nextDue(ctx.db, channel))?.getTime() ?? Infinity) - ctx.clock.now().getTime()
        return Math.min(POLL_MS, Math.max(MIN_WAIT_MS, due))
      },
      (error) => log.warn({ err: error, channel }, 'notifications could not be worked off'),
    )
  })
  let prunedAtMs = Number.NEGATIVE_INFINITY
  const chores = startWorkLoop(
    async () => {
      await writeDailySummary(ctx)
      if (ctx.clock.monotonicMs() - prunedAtMs >= PRUNE_EVERY_MS) {
        await pruneNotifications(ctx)
        prunedAtMs = ctx.clock.monotonicMs()
      }
      for (const loop of loops) loop.wake()
      // With every channel off there is nothing to send, but what waited when they were on still grows old.
      return loops.length === 0 ? PRUNE_EVERY_MS : POLL_MS
    },
    (error) => log.warn({ err: error }, 'the notifications could not be tidied'),
  )
  return {
    wake: () => {
      for (const loop of loops) loop.wake()
    },
    stop: async () => {
      const over = AbortSignal.timeout(STOP_GRACES.lastWordsMs)
      const moment = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }))
      await Promise.race([Promise.all(loops.map((loop) => loop.runNow())), moment])
      stopped = true
      await Promise.race([Promise.all([chores, ...loops].map((loop) => loop.stop())), moment])
    },
  }
}
