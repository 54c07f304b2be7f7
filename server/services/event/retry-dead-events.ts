import type { z } from 'zod'
import type { retryDeadInput, retryDeadResult } from '@/contracts/event/event'
import { StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { takeCommitOrder, wakePublishers } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { deadAlertOver } from './dead-alert'

/** Events of one transaction, and of one audit row, which names them all. */
const BATCH = 1_000

type RetryContext = Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

/**
 * Sends parked events again, with all their attempts before them. Throws `not_found` when an event named is not parked;
 * then none is sent. All there are go in batches, each a change of its own: after an error some were sent. They come
 * after what their aggregate has told meanwhile.
 */
export async function retryDeadEvents(
  ctx: RetryContext,
  input: z.output<typeof retryDeadInput>,
): Promise<z.infer<typeof retryDeadResult>> {
  return 'all' in input ? retryAll(ctx) : { retried: await retryNamed(ctx, input.ids) }
}

async function retryNamed(ctx: RetryContext, given: readonly string[]): Promise<number> {
  const named = [...new Set(given.map((id) => id.toLowerCase()))]
  return withTransaction(ctx.db, async (tx) => {
    const ids = await lockDead(tx, named)
    const missing = named.find((id) => !ids.includes(id))
    if (missing !== undefined)
      throw new StratavoreError('not_found', `There is no dead event ${missing}.`, {
        hint: 'It was sent again already, or never parked. `stratavore events dead` lists those that are.',
      })
    return sendAgain(ctx, tx, ids, named.length === 1 ? named.join() : 'dead')
  })
}

async function retryAll({ db, ...ctx }: RetryContext): Promise<{ retried: number }> {
  const { outboxEvent } = db.prisma
  const newest = await outboxEvent.findFirst({ where: { deadAt: { not: null } }, orderBy: { seq: 'desc' } })
  let retried = 0
  // Up to what was parked at the start: what is parked again meanwhile is not sent in a circle.
  for (let afterSeq = 0n; newest !== null && afterSeq < newest.seq; ) {
    const page = await outboxEvent.findMany({
      where: { deadAt: { not: null }, seq: { gt: afterSeq, lte: newest.seq } },
      orderBy: { seq: 'asc' },
      take: BATCH,
      select: { seq: true, id: true },
    })
    afterSeq = page.at(-1)?.seq ?? newest.seq
    const named = page.map(({ id }) => id)
    retried += await withTransaction(db, async (tx) => sendAgain(ctx, tx, await lockDead(tx, named), 'dead'))
  }
  return { retried }
}

/** Of these events those that are parked, locked in an order that keeps two retries from waiting for each other. */
async function lockDead(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM outbox_events WHERE id = ANY(${ids}::uuid[]) AND dead_at IS NOT NULL ORDER BY seq FOR UPDATE`
  return rows.map(({ id }) => id)
}

async function sendAgain(
  ctx: Omit<RetryContext, 'db'>,
  tx: Tx,
  ids: readonly string[],
  target: string,
): Promise<number> {
  if (ids.length === 0) return 0
  await tx.outboxEvent.updateMany({
    where: { id: { in: [...ids] } },
    data: { deadAt: null, nextAttemptAt: null, attempts: 0, refusals: 0 },
  })
  // Everybody's commits wait for it, so it is taken last. Before the look for an alert to take back: one about events
  // parked meanwhile comes after.
  await takeCommitOrder(tx, ctx.fence)
  const audit = {
    action: 'event.retry',
    target: { type: 'event', id: target },
    data: { retried: ids.length, ids },
  }
  await recordChange(ctx, tx, audit, await deadAlertOver(tx))
  await wakePublishers(tx)
  return ids.length
}
