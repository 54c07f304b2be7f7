import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  notification,
  notificationChannelStatus,
  notificationListInput,
  notificationSettings,
  notificationSettingsUpdate,
  notificationTestResult,
} from '@/contracts/notification/notification'
import { channelStatuses, listNotifications } from '../../services/notification/list-notifications'
import { readNotificationSettings, updateNotificationSettings } from '../../services/notification/notification-settings'
import { testChannels } from '../../services/notification/test-channels'
import { procedure, router } from '../trpc'

export const notificationRouter = router({
  /** What is told, and when. */
  settings: procedure({ may: 'admin', of: 'installation', reads: 'open' })
    .output(notificationSettings)
    .query(({ ctx }) => readNotificationSettings(ctx.services.db.prisma)),
  updateSettings: procedure({ may: 'admin', of: 'installation' })
    .input(notificationSettingsUpdate)
    .output(notificationSettings)
    .mutation(({ ctx, input }) => updateNotificationSettings(ctx.services, input)),
  /** What was told lately and what waits, the latest change first. */
  list: procedure({ may: 'admin', of: 'installation', reads: { sensitive: 'notification' } })
    .input(notificationListInput)
    .output(z.array(notification))
    .query(({ ctx, input }) => listNotifications(ctx.services, input)),
  /** What is set up, and how the last sending went. */
  channels: procedure({ may: 'admin', of: 'installation', reads: 'open' })
    .output(z.array(notificationChannelStatus))
    .query(({ ctx }) => channelStatuses(ctx.services)),
  /** Sends a test through every channel now. */
  test: procedure({ may: 'admin', of: 'installation' })
    .output(notificationTestResult)
    .mutation(({ ctx }) => testChannels(ctx.services, randomUUID)),
})
