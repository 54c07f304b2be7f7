import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type NotificationSettings,
  type NotificationSettingsUpdate,
  notificationSettings,
  notificationSettingsUpdate,
} from '@/contracts/notification/notification'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { latestSummary } from './daily-summary-time'
import { quietUntil } from './quiet-hours'

/** Serialises whatever decides what is told. */
export const DECISION_LOCK = 'notifications'

const merge = (settings: NotificationSettings, change: NotificationSettingsUpdate): NotificationSettings =>
  notificationSettings.parse({ ...settings, ...change, enabled: { ...settings.enabled, ...change.enabled } })

/** What the user wants to be told. What was never set, or came with a later version, has its default. */
export async function readNotificationSettings(tx: Pick<Tx, 'notificationPreferences'>): Promise<NotificationSettings> {
  const row = await tx.notificationPreferences.findUnique({ where: { id: 1 } })
  return row
    ? merge(DEFAULT_NOTIFICATION_SETTINGS, notificationSettingsUpdate.parse(row.settings))
    : DEFAULT_NOTIFICATION_SETTINGS
}

/**
 * Changes what the user wants to be told, from the next event on; what quiet hours hold is judged anew. Returns all of
 * it.
 */
export async function updateNotificationSettings(
  ctx: ServiceContext,
  change: NotificationSettingsUpdate,
): Promise<NotificationSettings> {
  return withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, DECISION_LOCK)
    const before = await readNotificationSettings(tx)
    const after = merge(before, change)
    const now = ctx.clock.now()
    // A summary whose time has passed today is not made up for because its settings changed.
    const restarts = change.summaryAt !== undefined || change.timeZone !== undefined || change.enabled?.daily_summary
    const mark = restarts ? { lastSummaryOn: new Date(`${latestSummary(after, now).date}T00:00:00Z`) } : {}
    const data = { settings: after, updatedAt: now, ...mark }
    await tx.notificationPreferences.upsert({ where: { id: 1 }, create: { id: 1, ...data }, update: data })
    if (change.quietHours !== undefined || change.timeZone !== undefined) await rejudgeHeld(tx, after, now)
    const target = { type: 'notification_settings', id: '1' }
    await recordChange(ctx, tx, { action: 'notification.settings', target, data: { before, after } }, [])
    return after
  })
}

/** Judges what is held by settings that have changed: it is due at the end of the new quiet hours, or now. */
async function rejudgeHeld(tx: Tx, settings: NotificationSettings, now: Date): Promise<void> {
  const due = quietUntil(now, settings) ?? now
  await tx.notification.updateMany({ where: { state: 'held' }, data: { dueAt: due, nextAttemptAt: due } })
}
