import { Counter, Gauge, type Registry } from 'prom-client'
import { notificationChannel, notificationKind } from '@/contracts/notification/notification'
import type { Database } from '../db/database'
import type { DeliveryObserver, DeliveryOutcome } from '../services/notification/deliver-notifications'
import { readRows } from './read-rows'

/** Every outcome of a sending. A record, so that a new one cannot be forgotten here. */
const OUTCOMES: Record<DeliveryOutcome, true> = {
  sent: true,
  withdrawn: true,
  unsupported: true,
  retried: true,
  refused: true,
  given_up: true,
}

/** What became of notifications, and how many wait to be sent. */
export function registerNotificationMetrics(registry: Registry, db: Pick<Database, 'pool'>) {
  const registers = [registry]
  const outcomes = new Counter({
    name: 'stratavore_notifications_total',
    help: 'Sendings of notifications by channel, what they tell of, and outcome; retried ones come again, unsupported ones could not be taken back.',
    labelNames: ['channel', 'kind', 'outcome'],
    registers,
  })
  const pending = new Gauge({
    name: 'stratavore_notifications_pending',
    help: 'Notifications that wait to be sent or taken back, by channel.',
    labelNames: ['channel'],
    registers,
  })
  for (const channel of notificationChannel.options) {
    pending.set({ channel }, 0)
    for (const kind of notificationKind.options)
      for (const outcome of Object.keys(OUTCOMES)) outcomes.inc({ channel, kind, outcome }, 0)
  }
  const observer: DeliveryObserver = { outcome: (channel, outcome, kind) => outcomes.inc({ channel, kind, outcome }) }
  return {
    observer,
    read: async (): Promise<void> => {
      const rows = await readRows<{ channel: string; count: string }>(
        db,
        `SELECT channel::text AS channel, count(*) AS count FROM notifications
          WHERE next_attempt_at IS NOT NULL GROUP BY 1`,
      )
      for (const channel of notificationChannel.options)
        pending.set({ channel }, Number(rows.find((row) => row.channel === channel)?.count ?? 0))
    },
  }
}
