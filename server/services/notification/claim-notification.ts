import type { NotificationChannel } from '@/contracts/notification/notification'
import { type Database, withTransaction } from '../../db/database'
import type { Notification as Row } from '../../db/generated/client'

/** A sender that died holds a notification this long; longer than any outside call may take. */
export const LEASE_MS = 60_000

/**
 * Takes the most urgent notification that is due and nobody else is sending, for as long as the lease lasts; those that
 * failed before come last, so that none holds up the others. A thread's rows are worked off in their order: taking back
 * an old one must not take back its successor.
 */
export function claimNotification(db: Database, channel: NotificationChannel, now: Date): Promise<Row | null> {
  return withTransaction(db, async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM notifications AS n
      WHERE channel = ${channel}::notification_channel AND next_attempt_at <= ${now}
        AND state IN ('pending', 'withdrawn')
        AND (leased_until IS NULL OR leased_until <= ${now})
        AND NOT EXISTS (
          SELECT 1 FROM notifications AS earlier
          WHERE earlier.channel = n.channel AND earlier.thread = n.thread AND earlier.next_attempt_at IS NOT NULL
            AND earlier.id <> n.id AND (earlier.created_at, earlier.id) < (n.created_at, n.id))
      ORDER BY attempts > 0, array_position(ARRAY['urgent', 'high', 'default', 'low', 'min'], priority), next_attempt_at
      LIMIT 1 FOR UPDATE SKIP LOCKED`
    const id = rows[0]?.id
    if (id === undefined) return null
    return tx.notification.update({
      where: { id },
      data: {
        leasedUntil: new Date(now.getTime() + LEASE_MS),
        attempts: { increment: 1 },
        lastAttemptAt: now,
      },
    })
  })
}

/** When the next notification of a channel may be due; null when none is waiting. */
export async function nextDue(db: Database, channel: NotificationChannel): Promise<Date | null> {
  const row = await db.prisma.notification.findFirst({
    where: { channel, nextAttemptAt: { not: null } },
    orderBy: { nextAttemptAt: 'asc' },
    select: { nextAttemptAt: true },
  })
  return row?.nextAttemptAt ?? null
}
