import { configuredChannels } from '../../services/notification/channels'
import { NOTICED_TYPES } from '../../services/notification/decide-notification'
import { type NotificationContext, recordEvent } from '../../services/notification/record-event'
import { actOnce } from '../act-once'
import type { EventConsumer } from '../event-consumer'

/** Name of the consumer, in metrics and logs. */
export const NOTIFICATION_CONSUMER = 'notifications'

/**
 * Writes down what somebody is to be told of. One event at a time and in the order they come: what settles something
 * must be seen after what began it. `written` is called after each that may have left something to send.
 */
export function notificationConsumer(ctx: NotificationContext, written: () => void): EventConsumer {
  let last: Promise<unknown> = Promise.resolve()
  return {
    name: NOTIFICATION_CONSUMER,
    queue: 'stratavore.alerts',
    handle: (event) => {
      // Nobody has to be told: that must cost no transaction.
      if (!NOTICED_TYPES.has(event.type) || configuredChannels(ctx.settings).length === 0) return Promise.resolve()
      const done = last.then(() =>
        actOnce(ctx.db, NOTIFICATION_CONSUMER, event.id, (tx) => recordEvent(ctx, tx, event)),
      )
      // A failure is its caller's to deal with; the next event does not wait for that.
      last = done.catch(() => undefined)
      return done.then(written)
    },
  }
}
