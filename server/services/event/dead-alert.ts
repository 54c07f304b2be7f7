import type { EventData } from '@/contracts/event/event-data'
import { type Tx, withTransaction } from '../../db/database'
import { type NewEvent, takeCommitOrder } from '../../outbox/append'
import { DEAD_ALERT } from '../../outbox/prune'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

type AlertContext = Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Different reasons that one alert names. */
const MAX_REASONS = 3

const alertEvent = (data: Pick<EventData<'system.alert'>, 'message' | 'hint' | 'resolved'>): NewEvent => ({
  type: 'system.alert',
  subject: DEAD_ALERT,
  project: null,
  data: { severity: 'warning', code: DEAD_ALERT.id, ...data },
})

/** Parked events, without alerts: an alert about an alert that cannot be delivered would not be delivered either. */
const DEAD = { deadAt: { not: null }, type: { not: 'system.alert' } }
const countDead = (tx: Tx): Promise<number> => tx.outboxEvent.count({ where: DEAD })

/** Whether the last alert about parked events is not taken back. */
async function isAlerted(tx: Tx): Promise<boolean> {
  const last = await tx.outboxEvent.findFirst({
    where: { aggregateId: DEAD_ALERT.id, aggregateType: DEAD_ALERT.type },
    orderBy: { seq: 'desc' },
    select: { data: true },
  })
  // Written by `alertEvent` and nobody else.
  return last !== null && (last.data as EventData<'system.alert'>).resolved === false
}

const plural = (count: number) => (count === 1 ? '1 event' : `${count} events`)

/** The reasons that occur, most frequent first, in one line. */
function summary(errors: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1)
  const reasons = [...counts].sort((a, b) => b[1] - a[1]).map(([reason]) => reason)
  const more = reasons.length > MAX_REASONS ? `; and ${reasons.length - MAX_REASONS} other reasons` : ''
  return reasons.slice(0, MAX_REASONS).join('; ') + more
}

/**
 * Alerts that events were parked as dead: those of one batch with their errors, or, with none named, whatever is parked
 * and was not alerted (its daemon died in between).
 */
export async function alertDeadEvents(ctx: AlertContext, errors: readonly string[]): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    // First the order, then the look: nobody takes the alert back in between.
    await takeCommitOrder(tx, ctx.fence)
    const total = await countDead(tx)
    if (total === 0 || (errors.length === 0 && (await isAlerted(tx)))) return
    const why = errors.length === 0 ? '' : `: ${summary(errors)}`
    const which =
      errors.length === 0 || errors.length === total
        ? `${plural(total)} could not be delivered`
        : `${plural(errors.length)} more could not be delivered, ${total} in all`
    await recordChange(ctx, tx, null, [
      alertEvent({
        message: `${which}${why}`,
        hint: 'They are kept. `stratavore events dead` lists them, `stratavore events dead retry --all` sends them again.',
        resolved: false,
      }),
    ])
  })
}

/** What tells that no event is parked any more; nothing while some are, or nobody was alerted. Needs the commit order. */
export async function deadAlertOver(tx: Tx): Promise<NewEvent[]> {
  // Not the count: it is asked for every batch of a retry, under the commit order.
  if ((await tx.outboxEvent.findFirst({ where: DEAD, select: { seq: true } })) || !(await isAlerted(tx))) return []
  return [alertEvent({ message: 'No event is parked any more; all are sent again.', hint: null, resolved: true })]
}
