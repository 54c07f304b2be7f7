import type { NoticeReport } from '@/contracts/agent-protocol/notice'
import { storedNotice } from '@/contracts/runner/notice'
import { isEnded } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findAndLockRunner } from './lock-runner'

type NoticeContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>

/**
 * A program wants to be noticed: an event, and a mark on its runner unless somebody is attached. A bell that somebody
 * hears is nothing. Of an earlier life or an ended runner nothing is taken.
 */
export async function recordNotice(
  ctx: NoticeContext,
  nodeId: string,
  { runnerId, epoch, kind, text: told, count }: NoticeReport,
  attended: boolean,
): Promise<void> {
  if (attended && kind === 'bell') return
  const text = ctx.keys.known.redact(told)
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, runnerId)
    if (runner?.nodeId !== nodeId || runner.epoch !== epoch || isEnded(runner.status)) return
    const { data: before } = storedNotice.safeParse(runner.notice)
    const earlier = before?.epoch === epoch ? before.count : 0
    const notice = storedNotice.parse({
      ...{ kind, text, epoch },
      count: earlier + count,
      at: ctx.clock.now().toISOString(),
    })
    if (!attended) await tx.runner.update({ where: { id: runnerId }, data: { notice } })
    await recordChange(ctx, tx, null, [
      {
        type: 'runner.notice',
        subject: { type: 'runner', id: runnerId },
        project: runner.project.name,
        data: { provider: runner.provider, epoch, notice: kind, message: text, count, attended },
      },
    ])
  })
}

/** Somebody is attached: what the program rang for is noticed. */
export async function attendRunner(ctx: NoticeContext, runnerId: string): Promise<void> {
  const known = await ctx.db.prisma.runner.findUnique({ where: { id: runnerId }, select: { notice: true } })
  // Most have not rung; they need no lock.
  if (!known?.notice) return
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, runnerId)
    if (runner === null || runner.notice === null) return
    await tx.runner.update({ where: { id: runnerId }, data: { notice: Prisma.DbNull } })
    await recordChange(ctx, tx, null, [
      {
        type: 'runner.attended',
        subject: { type: 'runner', id: runnerId },
        project: runner.project.name,
        data: { provider: runner.provider, epoch: runner.epoch },
      },
    ])
  })
}
