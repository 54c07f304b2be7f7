import type { z } from 'zod'
import type { retryDeadInput, retryDeadResult } from '@/contracts/event/event'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { takeCommitOrder, wakePublishers } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { deadAlertOver } from './dead-alert'

/** Ids that the audit row names; of more it tells the number only. */
const MAX_AUDITED_IDS = 500

/**
 * Sends parked events again, with all their attempts before them. Throws `not_found` when an event named is not parked;
 * then none is sent. They come after what their aggregate has told meanwhile.
 */
export async function retryDeadEvents(
  ctx: Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>,
  input: z.output<typeof retryDeadInput>,
): Promise<z.infer<typeof retryDeadResult>> {
  return withTransaction(ctx.db, async (tx) => {
    // Before the look, so that an alert about events parked meanwhile comes after the one that takes it back.
    await takeCommitOrder(tx, ctx.fence)
    const named = 'ids' in input ? [...new Set(input.ids.map((id) => id.toLowerCase()))] : null
    const retried = await tx.outboxEvent.updateManyAndReturn({
      where: { deadAt: { not: null }, ...(named && { id: { in: named } }) },
      data: { deadAt: null, nextAttemptAt: null, attempts: 0, refusals: 0 },
      select: { id: true },
    })
    const ids = retried.map(({ id }) => id)
    const missing = named?.filter((id) => !ids.includes(id)) ?? []
    if (missing[0] !== undefined)
      throw new StratavoreError('not_found', `There is no dead event ${missing[0]}.`, {
        hint: 'It was sent again already, or never parked. `stratavore events dead` lists those that are.',
      })
    if (ids.length === 0) return { retried: 0 }
    const audit = {
      action: 'event.retry',
      target: { type: 'event', id: named?.length === 1 ? ids.join() : 'dead' },
      data: { retried: ids.length, ids: ids.slice(0, MAX_AUDITED_IDS) },
    }
    await recordChange(ctx, tx, audit, await deadAlertOver(tx))
    await wakePublishers(tx)
    return { retried: ids.length }
  })
}
