import { baseUrl } from '@/config/base-url'
import type { Settings } from '@/config/settings'
import { notificationPriority } from '@/contracts/notification/notification'
import type { NotificationAction, OutgoingNotification, Withdrawal } from '../../core/ports/notifier'
import type { Notification as Row } from '../../db/generated/client'
import { ACTION_TOKEN_LIFETIME_MS, sealAction } from './action-token'
import { readActions } from './notification-row'

/** Address under which a phone reaches the dashboard. */
export const publicBase = (settings: Pick<Settings, 'publicUrl' | 'host' | 'port'>): string =>
  settings.publicUrl ?? baseUrl(settings.host, settings.port)

const topicOf = (row: Row): OutgoingNotification['topic'] => (row.topic === 'status' ? 'status' : 'alerts')

/** A row as it is sent now: addresses and capabilities are made here and kept nowhere. */
export function outgoingOf(row: Row, base: string, secretsKey: Buffer, now: Date): OutgoingNotification {
  const click = `${base}${row.click}`
  const actions = readActions(row).map((action): NotificationAction => {
    if (action.do === 'open') return { kind: 'view', label: 'Open', url: click }
    const { runnerId, epoch } = action
    const expires = now.getTime() + ACTION_TOKEN_LIFETIME_MS
    const token = sealAction(secretsKey, { action: 'stop', runnerId, epoch, expires })
    return { kind: 'http', label: 'Stop', url: `${base}/api/actions/${token}`, method: 'POST' }
  })
  return {
    id: `${row.id}.${row.version}`,
    thread: row.thread,
    kind: row.kind,
    topic: topicOf(row),
    // A correction of what was read already comes without a sound.
    priority: row.quiet && row.sentVersion > 0 ? 'low' : notificationPriority.parse(row.priority),
    title: row.title,
    message: row.message,
    tags: row.tags,
    click,
    actions,
    time: row.updatedAt,
  }
}

/** The taking back of a row. */
export const withdrawalOf = (row: Row): Withdrawal => ({
  id: `${row.id}.withdrawn`,
  thread: row.thread,
  topic: topicOf(row),
  time: row.updatedAt,
})
