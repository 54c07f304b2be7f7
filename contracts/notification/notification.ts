import { z } from 'zod'
import { timestamp, timeZoneName, uuid } from '../primitives'

/** ntfy's own five. */
export const notificationPriority = z.enum(['min', 'low', 'default', 'high', 'urgent'])
export type NotificationPriority = z.infer<typeof notificationPriority>

/** What one can be told of; each can be switched off. */
export const notificationKind = z.enum([
  'runner_started',
  'runner_stopped',
  'runner_failed',
  'runner_waiting',
  'runner_notice',
  'budget_warning',
  'quota_exceeded',
  'daemon_started',
  'daemon_stopped',
  'node_lost',
  'system_alert',
  'daily_summary',
])
export type NotificationKind = z.infer<typeof notificationKind>

export const notificationChannel = z.enum(['ntfy', 'webhook'])
export type NotificationChannel = z.infer<typeof notificationChannel>

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:30')
/** What the user wants to be told, and when. */
export const notificationSettings = z.object({
  enabled: z.record(notificationKind, z.boolean()),
  /** Nothing but urgent ones is sent between these times; what still matters comes when they are over. */
  quietHours: z.object({ from: clockTime, to: clockTime }).nullable(),
  timeZone: timeZoneName,
  /** When the daily summary comes. */
  summaryAt: clockTime,
})
export type NotificationSettings = z.infer<typeof notificationSettings>

/** Runners come and go all day: what only says that all goes as planned starts switched off. */
export const DEFAULT_NOTIFICATION_SETTINGS: NotificationSettings = {
  enabled: {
    runner_started: false,
    runner_stopped: false,
    runner_failed: true,
    runner_waiting: true,
    runner_notice: false,
    budget_warning: true,
    quota_exceeded: true,
    daemon_started: false,
    daemon_stopped: true,
    node_lost: true,
    system_alert: true,
    daily_summary: false,
  },
  quietHours: null,
  timeZone: 'UTC',
  summaryAt: '08:00',
}

/** What is to change; the rest stays. */
export const notificationSettingsUpdate = z
  .object({
    enabled: z.partialRecord(notificationKind, z.boolean()).optional(),
    quietHours: notificationSettings.shape.quietHours.optional(),
    timeZone: timeZoneName.optional(),
    summaryAt: clockTime.optional(),
  })
  .strict()
export type NotificationSettingsUpdate = z.infer<typeof notificationSettingsUpdate>

/** `held` waits for the end of the quiet hours; `withdrawn` was taken back because it no longer mattered. */
export const notificationState = z.enum(['pending', 'held', 'sent', 'withdrawn', 'failed'])
export type NotificationState = z.infer<typeof notificationState>

/** A notification as the API tells it. */
export const notification = z.object({
  id: uuid,
  kind: notificationKind,
  /** What it is about; a later one of the same thread is its update. */
  thread: z.string(),
  title: z.string(),
  message: z.string(),
  priority: notificationPriority,
  /** Path on the dashboard that it leads to. */
  click: z.string(),
  channel: notificationChannel,
  state: notificationState,
  /** How many events it stands for. */
  occurrences: z.number().int(),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
  sentAt: timestamp.nullable(),
})
export type Notification = z.infer<typeof notification>

export const notificationListInput = z
  .object({ limit: z.number().int().min(1).max(200).default(50) })
  .default({ limit: 50 })

/** What is set up, and how the last sending went. */
export const notificationChannelStatus = z.object({
  channel: notificationChannel,
  configured: z.boolean(),
  /** How to turn it on, while it is off. */
  hint: z.string().nullable(),
  pending: z.number().int(),
  lastError: z.string().nullable(),
  lastSentAt: timestamp.nullable(),
})
export type NotificationChannelStatus = z.infer<typeof notificationChannelStatus>
export const notificationTestResult = z.object({
  results: z.array(z.object({ channel: notificationChannel, ok: z.boolean(), detail: z.string() })),
})
