import { NOTICED_TYPES } from '../../services/notification/decide-notification'
import { concernsAnybody, type NotificationContext, recordEvent } from '../../services/notification/record-event'
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
      if (!NOTICED_TYPES.has(event.type)) return Promise.resolve()
      const done = last.then(async () => {
        // Nobody has to be told, and nothing is to be taken back: that must cost no transaction.
        if (!(await concernsAnybody(ctx))) return
        await actOnce(ctx.db, NOTIFICATION_CONSUMER, event.id, (tx) => recordEvent(ctx, tx, event))
        written()
      })
      // A failure is its caller's to deal with; the next event does not wait for that.
      last = done.catch(() => undefined)
      return done
    },
  }
}
