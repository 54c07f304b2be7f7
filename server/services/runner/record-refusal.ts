import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { RefusedLaunch } from './refused-launch'

/** A loop that is refused again and again is told of once in this time, per project. */
const TOLD_EVERY_MS = 60_000

/**
 * Runs a launch. When a quota or a budget refuses it, that is recorded in a transaction of its own, because the launch's
 * is undone, and the refusal goes on to the caller.
 */
export async function recordingRefusal<T>(ctx: ServiceContext, launch: () => Promise<T>): Promise<T> {
  try {
    return await launch()
  } catch (error) {
    if (error instanceof RefusedLaunch) await recordRefusal(ctx, error.refusal)
    throw error
  }
}

/** Tells of a refusal, at most once a minute per project and kind of event. */
export async function recordRefusal(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>,
  { action, event }: RefusedLaunch['refusal'],
): Promise<void> {
  const { type, subject, data } = event
  const since = new Date(ctx.clock.now().getTime() - TOLD_EVERY_MS)
  const told = { type, aggregateId: subject.id, occurredAt: { gt: since } }
  // A flood of refusals is answered from here, without a lock.
  if (await ctx.db.prisma.outboxEvent.findFirst({ where: told, select: { seq: true } })) return
  await withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, `refusal:${type}:${subject.id}`)
    if (await tx.outboxEvent.findFirst({ where: told, select: { seq: true } })) return
    await recordChange(ctx, tx, { action, target: subject, data }, [event])
  })
}
