import { openUrl } from '@/config/base-url'
import type { Settings } from '@/config/settings'
import { notificationPriority } from '@/contracts/notification/notification'
import type { KeyRing } from '../../core/key-ring'
import type { NotificationAction, OutgoingNotification, Withdrawal } from '../../core/ports/notifier'
import type { Notification as Row } from '../../db/generated/client'
import { ACTION_TOKEN_LIFETIME_MS, type ActionGrant, sealAction } from './action-token'
import { readActions } from './notification-row'

/** Address under which a phone reaches the dashboard. */
export const publicBase = (settings: Pick<Settings, 'publicUrl' | 'host' | 'port' | 'tlsCert'>): string =>
  settings.publicUrl ?? openUrl(settings)

const topicOf = (row: Row): OutgoingNotification['topic'] => (row.topic === 'status' ? 'status' : 'alerts')

const LABELS = { stop: 'Stop', approve: 'Approve', deny: 'Deny', raise: 'Raise +20 %' } as const satisfies Record<
  ActionGrant['action'],
  string
>

/** A row as it is sent now: addresses and capabilities are made here and kept nowhere. */
export function outgoingOf(row: Row, base: string, keys: KeyRing, now: Date): OutgoingNotification {
  const click = `${base}${row.click}`
  const actions = readActions(row).map((action): NotificationAction => {
    if (action.do === 'open') return { kind: 'view', label: 'Open', url: click }
    const expires = now.getTime() + ACTION_TOKEN_LIFETIME_MS
    const { do: verb, ...target } = action
    const token = sealAction(keys, { action: verb, ...target, expires } as ActionGrant)
    return { kind: 'http', label: LABELS[verb], url: `${base}/api/actions/${token}`, method: 'POST' }
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
