import type { DriveEnd } from '@/contracts/drive/drive'
import { DAEMON_ACTOR } from '../../core/actor'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { DriveContext } from './begin-drive'

/** How somebody's driving ended, and what it was. */
export interface EndedDrive {
  id: string
  endedAt: Date
  cause: DriveEnd
  inputBytes: number
  lastInputAt: Date | null
}

/** Writes down that somebody drives no longer, once. With `lost` the daemon says so, since nobody did it. */
export async function endDrive(ctx: DriveContext, ended: EndedDrive): Promise<void> {
  const { id, endedAt, cause, inputBytes, lastInputAt } = ended
  await withTransaction(ctx.db, async (tx) => {
    const { count } = await tx.driveSpan.updateMany({
      where: { id, endedAt: null },
      data: { endedAt, endCause: cause, seenAt: endedAt, inputBytes, lastInputAt },
    })
    if (count === 0) return
    const { runnerId, epoch, credential, beganAt, user, runner } = await tx.driveSpan.findUniqueOrThrow({
      where: { id },
      include: { user: true, runner: { select: { project: { select: { name: true } } } } },
    })
    const target = { type: 'runner', id: runnerId }
    const told = {
      ...{ driveId: id, epoch, beganAt: beganAt.toISOString(), endedAt: endedAt.toISOString(), cause, inputBytes },
      lastInputAt: lastInputAt?.toISOString() ?? null,
    }
    const byThem = cause !== 'lost'
    await recordChange(
      {
        ...ctx,
        actor: byThem ? { kind: 'user', id: user.id, name: user.name, via: 'terminal' } : DAEMON_ACTOR,
        ...(byThem ? { source: { address: null, credential } } : {}),
      },
      tx,
      { action: 'terminal.drive_end', target, data: byThem ? told : { ...told, user: user.name, credential } },
      [
        {
          type: 'runner.drive_ended',
          subject: target,
          project: runner.project.name,
          data: { ...told, user: user.name },
        },
      ],
    )
  })
}

/**
 * Ends what an earlier daemon left open: its connections died with it. When exactly nobody knows, so each ends when it was
 * vouched for last. Returns how many there were.
 */
export async function endLeftDrives(ctx: DriveContext): Promise<number> {
  const left = await ctx.db.prisma.driveSpan.findMany({ where: { endedAt: null }, orderBy: { beganAt: 'asc' } })
  for (const { id, seenAt, inputBytes, lastInputAt } of left)
    await endDrive(ctx, { id, endedAt: seenAt, cause: 'lost', inputBytes: Number(inputBytes), lastInputAt })
  return left.length
}
