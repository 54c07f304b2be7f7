import { type NotificationChannel, notificationChannel } from '@/contracts/notification/notification'
import type { ServiceContext } from '../service-context'
import { GIVE_UP_AFTER_MS, staleBefore } from './retry-policy'

/**
 * Gives up what is no news any more, tried or not: nobody wants to hear of last week's questions when a channel, or the
 * daemon, is back. Returns the kind of each. What is being sent now is left to its sender.
 */
export async function giveUpStale(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  channels: readonly NotificationChannel[] = notificationChannel.options,
): Promise<string[]> {
  const now = ctx.clock.now()
  const why = `given up after ${GIVE_UP_AFTER_MS / 3_600_000} h`
  const rows = await ctx.db.prisma.$queryRaw<{ kind: string }[]>`
    UPDATE notifications SET next_attempt_at = NULL, leased_until = NULL, closed_at = coalesce(closed_at, ${now}),
      state = CASE state WHEN 'withdrawn' THEN state ELSE 'failed' END,
      last_error = concat_ws(': ', ${why}::text, last_error)
    WHERE next_attempt_at IS NOT NULL AND updated_at <= ${staleBefore(now)}
      AND channel = ANY(${[...channels]}::notification_channel[])
      AND (leased_until IS NULL OR leased_until <= ${now})
    RETURNING kind`
  return rows.map((row) => row.kind)
}
