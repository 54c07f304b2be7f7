import type { NotificationChannel } from '@/contracts/notification/notification'
import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'

/** Marks the row of a test: it tells when a channel last worked, and is none of what was told. */
export const TEST_KIND = 'test'

/** Remembers that a test arrived; one row for each channel. */
export async function recordTest(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  channel: NotificationChannel,
): Promise<void> {
  const now = ctx.clock.now()
  await withTransaction(ctx.db, async (tx) => {
    await tx.notification.deleteMany({ where: { channel, kind: TEST_KIND } })
    await tx.notification.create({
      data: {
        channel,
        thread: 'test',
        kind: TEST_KIND,
        topic: 'alerts',
        priority: 'default',
        title: 'Stratavore reaches you',
        message: '',
        click: '/settings',
        state: 'sent',
        sentVersion: 1,
        dueAt: now,
        lastAttemptAt: now,
        createdAt: now,
        updatedAt: now,
        sentAt: now,
        closedAt: now,
      },
    })
  })
}
