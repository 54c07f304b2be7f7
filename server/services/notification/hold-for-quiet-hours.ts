import type { NotificationChannel } from '@/contracts/notification/notification'
import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { ServiceContext } from '../service-context'
import { DECISION_LOCK, readNotificationSettings } from './notification-settings'
import { quietUntil } from './quiet-hours'

/**
 * Sets back what is due but must not ring now: it was written before the quiet hours began, or is tried again in them.
 * Urgent ones and takings back go on.
 */
export async function holdForQuietHours(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  channel: NotificationChannel,
): Promise<void> {
  // Machines do not sleep.
  if (channel !== 'ntfy') return
  const now = ctx.clock.now()
  if (quietUntil(now, await readNotificationSettings(ctx.db.prisma)) === null) return
  await withTransaction(ctx.db, async (tx) => {
    // Whoever switches them off now lets go what is held; nothing may be held after that.
    await lockKey(tx, DECISION_LOCK)
    const until = quietUntil(now, await readNotificationSettings(tx))
    if (until === null) return
    await tx.notification.updateMany({
      where: {
        channel,
        state: 'pending',
        priority: { not: 'urgent' },
        nextAttemptAt: { lte: now },
        OR: [{ leasedUntil: null }, { leasedUntil: { lte: now } }],
      },
      data: { state: 'held', dueAt: until, nextAttemptAt: until, leasedUntil: null },
    })
  })
}
