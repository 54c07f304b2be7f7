import type { Settings } from '@/config/settings'
import { type NotificationChannel, notificationChannel } from '@/contracts/notification/notification'

/** How to turn a channel on. */
export const CHANNEL_HINTS: Record<NotificationChannel, string> = {
  ntfy: 'Set NTFY_URL (for example https://ntfy.sh) and topics of your own: see docs/notifications.md.',
  webhook: 'Set STRATAVORE_WEBHOOK_URL and STRATAVORE_WEBHOOK_SECRET: see docs/notifications.md.',
}

type ChannelSettings = Pick<Settings, 'ntfyUrl' | 'webhookUrl' | 'webhookSecret'>

/** Whether a channel has all that it needs. */
export const isConfigured = (settings: ChannelSettings, channel: NotificationChannel): boolean =>
  channel === 'ntfy'
    ? settings.ntfyUrl !== undefined
    : settings.webhookUrl !== undefined && settings.webhookSecret !== undefined

/** The channels that notifications are written for. */
export const configuredChannels = (settings: ChannelSettings): NotificationChannel[] =>
  notificationChannel.options.filter((channel) => isConfigured(settings, channel))
