import type { z } from 'zod'
import {
  type Notification,
  type NotificationChannelStatus,
  notificationChannel,
  type notificationListInput,
} from '@/contracts/notification/notification'
import type { ServiceContext } from '../service-context'
import { CHANNEL_HINTS, isConfigured } from './channels'
import { notificationToApi } from './notification-row'
import { TEST_KIND } from './recorded-tests'

/** What was told or is about to be, newest first. */
export async function listNotifications(
  ctx: Pick<ServiceContext, 'db'>,
  input: z.output<typeof notificationListInput>,
): Promise<Notification[]> {
  const rows = await ctx.db.prisma.notification.findMany({
    where: { kind: { not: TEST_KIND } },
    orderBy: [{ updatedAt: 'desc' }, { id: 'asc' }],
    take: input.limit,
  })
  return rows.map(notificationToApi)
}

/** Which channels are set up, what waits in them, and how the last sending went. */
export async function channelStatuses(
  ctx: Pick<ServiceContext, 'db' | 'settings'>,
): Promise<NotificationChannelStatus[]> {
  return Promise.all(
    notificationChannel.options.map(async (channel) => {
      const configured = isConfigured(ctx.settings, channel)
      const [pending, last, sent] = await Promise.all([
        ctx.db.prisma.notification.count({ where: { channel, nextAttemptAt: { not: null } } }),
        ctx.db.prisma.notification.findFirst({
          where: { channel, lastAttemptAt: { not: null } },
          orderBy: { lastAttemptAt: 'desc' },
        }),
        ctx.db.prisma.notification.aggregate({ where: { channel }, _max: { sentAt: true } }),
      ])
      const { sentAt } = sent._max
      return {
        channel,
        configured,
        hint: configured ? null : CHANNEL_HINTS[channel],
        pending,
        // What failed before something got through is mended.
        lastError: (last?.lastAttemptAt ?? 0) > (sentAt ?? 0) ? (last?.lastError ?? null) : null,
        lastSentAt: sentAt?.toISOString() ?? null,
      }
    }),
  )
}
