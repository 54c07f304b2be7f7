import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { QuotaExceededError } from './runner-quota'

/** A loop that is refused again and again is told of once in this time, per project. */
const TOLD_EVERY_MS = 60_000

/**
 * Runs a launch. When the quota refuses it, that is recorded in a transaction of its own, because the launch's is
 * undone, and the refusal goes on to the caller.
 */
export async function recordingRefusal<T>(ctx: ServiceContext, launch: () => Promise<T>): Promise<T> {
  try {
    return await launch()
  } catch (error) {
    if (error instanceof QuotaExceededError) await recordRefusal(ctx, error.refusal)
    throw error
  }
}

async function recordRefusal(
  ctx: ServiceContext,
  { project, provider, limit, used }: QuotaExceededError['refusal'],
): Promise<void> {
  const since = new Date(ctx.clock.now().getTime() - TOLD_EVERY_MS)
  const told = { type: 'quota.exceeded', aggregateId: project.id, occurredAt: { gt: since } } as const
  // A flood of refusals is answered from here, without a lock.
  if (await ctx.db.prisma.outboxEvent.findFirst({ where: told, select: { seq: true } })) return
  await withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, `quota-refusal:${project.id}`)
    if (await tx.outboxEvent.findFirst({ where: told, select: { seq: true } })) return
    const subject = { type: 'project', id: project.id }
    const data = { kind: 'concurrent_runners', limit, used, provider }
    await recordChange(ctx, tx, { action: 'quota.refuse', target: subject, data }, [
      { type: 'quota.exceeded', subject, project: project.name, data },
    ])
  })
}
