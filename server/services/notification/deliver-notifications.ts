import type { NotificationChannel } from '@/contracts/notification/notification'
import type { Notifier, NotifyResult, WithdrawResult } from '../../core/ports/notifier'
import type { Notification as Row } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { claimNotification } from './claim-notification'
import { giveUpStale } from './give-up-stale'
import { holdForQuietHours } from './hold-for-quiet-hours'
import { outgoingOf, publicBase, withdrawalOf } from './outgoing'
import { GIVE_UP_AFTER_MS, retryDelayMs } from './retry-policy'
import { type Bucket, type Rate, takeToken } from './token-bucket'

/** What came of one sending. */
export type DeliveryOutcome = 'sent' | 'withdrawn' | 'unsupported' | 'retried' | 'refused' | 'given_up'

export interface DeliveryObserver {
  outcome(channel: NotificationChannel, outcome: DeliveryOutcome, kind: string): void
}

export type DeliveryContext = Pick<ServiceContext, 'db' | 'clock' | 'settings' | 'keys'>

/** ntfy.sh takes 60 at once and then one every 5 s of an address; everybody else is treated as kindly. */
export const DELIVERY_RATE: Rate = { burst: 60, everyMs: 5_000 }

/** One channel's sending. What it knows of the other side lives as long as the process. */
export interface ChannelDelivery {
  readonly channel: NotificationChannel
  /**
   * Sends what is due until nothing is, the rate is used up or the other side wants to be left alone. Returns after how
   * many milliseconds it may go on; null when it waits for nothing but new notifications. Throws when the database does
   * not answer; a sending that failed is written to its row.
   */
  deliver(): Promise<number | null>
}

/** Makes the sending through one notifier. `random` is in [0, 1). */
export function createChannelDelivery(
  ctx: DeliveryContext,
  notifier: Notifier,
  options: { rate: Rate; random(): number; observer: DeliveryObserver; stopped(): boolean },
): ChannelDelivery {
  const { channel } = notifier
  const { clock } = ctx
  let bucket: Bucket = { tokens: options.rate.burst, atMs: clock.monotonicMs() }
  // The whole channel waits for a server that is away: forty notifications must not ask it forty times. One that fails
  // by itself waits by itself, or it would hold up all the others.
  let pausedUntilMs = 0
  let failures = 0

  async function one(row: Row): Promise<void> {
    const withdraws = row.state === 'withdrawn'
    const result = withdraws
      ? await notifier.withdraw(withdrawalOf(row))
      : await notifier.send(outgoingOf(row, publicBase(ctx.settings), ctx.keys.secrets, clock.now()))
    if (result.kind === 'retry') {
      if (result.forAll) {
        failures += 1
        pausedUntilMs = clock.monotonicMs() + retryDelayMs(failures, result.afterMs, options.random())
      }
      const delayMs = retryDelayMs(row.attempts, result.afterMs, options.random())
      options.observer.outcome(
        channel,
        await postpone(ctx, row, ctx.keys.known.redact(result.error), delayMs),
        row.kind,
      )
      return
    }
    failures = 0
    if (withdraws || result.kind === 'unsupported') await markWithdrawn(ctx, row, result)
    else await markSent(ctx, row, result)
    const good = withdraws ? 'withdrawn' : 'sent'
    options.observer.outcome(channel, result.kind === 'sent' ? good : result.kind, row.kind)
  }

  return {
    channel,
    deliver: async () => {
      for (const kind of await giveUpStale(ctx, [channel])) options.observer.outcome(channel, 'given_up', kind)
      for (;;) {
        if (options.stopped()) return null
        const nowMs = clock.monotonicMs()
        if (nowMs < pausedUntilMs) return pausedUntilMs - nowMs
        const taken = takeToken(options.rate, bucket, nowMs)
        if (taken.waitMs > 0) return taken.waitMs
        await holdForQuietHours(ctx, channel)
        const row = await claimNotification(ctx.db, channel, clock.now())
        if (!row) return null
        bucket = taken.bucket
        await one(row)
      }
    },
  }
}

/** Puts a row back for later, or gives it up when it is no news any more. */
async function postpone(
  ctx: DeliveryContext,
  row: Row,
  error: string,
  delayMs: number,
): Promise<'retried' | 'given_up'> {
  const now = ctx.clock.now()
  const over = now.getTime() - row.updatedAt.getTime() >= GIVE_UP_AFTER_MS
  // Only while it still says what was tried: a newer version, or its taking back, has a time of its own.
  const unchanged = { id: row.id, version: row.version, state: row.state }
  const later = over
    ? {
        nextAttemptAt: null,
        lastError: `given up after ${GIVE_UP_AFTER_MS / 3_600_000} h: ${error}`,
        closedAt: row.closedAt ?? now,
        ...(row.state === 'withdrawn' ? {} : { state: 'failed' as const }),
      }
    : { nextAttemptAt: new Date(now.getTime() + delayMs), lastError: error }
  const { count } = await ctx.db.prisma.notification.updateMany({
    where: unchanged,
    data: { ...later, leasedUntil: null },
  })
  if (count === 0)
    await ctx.db.prisma.notification.updateMany({
      where: { id: row.id },
      data: { leasedUntil: null, lastError: error },
    })
  return over && count > 0 ? 'given_up' : 'retried'
}

async function markSent(
  ctx: DeliveryContext,
  row: Row,
  result: Exclude<NotifyResult, { kind: 'retry' }>,
): Promise<void> {
  const now = ctx.clock.now()
  const refused = result.kind === 'refused'
  const told = refused
    ? { lastError: ctx.keys.known.redact(result.error) }
    : { sentVersion: row.version, sentAt: now, lastError: null, attempts: 0 }
  // A version that came while this one was under way is still to be sent, and a taking back to be done.
  await ctx.db.prisma.$transaction([
    ctx.db.prisma.notification.updateMany({
      where: { id: row.id, version: row.version, state: 'pending' },
      data: refused
        ? { state: 'failed', nextAttemptAt: null, closedAt: row.closedAt ?? now }
        : { state: 'sent', nextAttemptAt: null },
    }),
    ctx.db.prisma.notification.updateMany({ where: { id: row.id }, data: { ...told, leasedUntil: null } }),
  ])
}

async function markWithdrawn(
  ctx: DeliveryContext,
  row: Row,
  result: Exclude<WithdrawResult, { kind: 'retry' }>,
): Promise<void> {
  await ctx.db.prisma.notification.updateMany({
    where: { id: row.id },
    data: {
      nextAttemptAt: null,
      leasedUntil: null,
      lastError: result.kind === 'refused' ? ctx.keys.known.redact(result.error) : null,
    },
  })
}
