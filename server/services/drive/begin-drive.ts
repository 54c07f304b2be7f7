import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Somebody who has the driver seat from now on. */
export interface NewDrive {
  id: string
  runnerId: string
  epoch: number
  userId: string
  userName: string
  credential: string
  beganAt: Date
}

export type DriveContext = Pick<ServiceContext, 'db' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Writes down that somebody drives, once. They are the actor: it is their doing. */
export async function beginDrive(ctx: DriveContext, drive: NewDrive): Promise<void> {
  const { id, runnerId, epoch, userId, userName, credential, beganAt } = drive
  await withTransaction(ctx.db, async (tx) => {
    const row = { id, runnerId, epoch, userId, credential, beganAt, seenAt: beganAt }
    const { count } = await tx.driveSpan.createMany({ data: [row], skipDuplicates: true })
    if (count === 0) return
    const { project } = await tx.runner.findUniqueOrThrow({
      where: { id: runnerId },
      select: { project: { select: { name: true } } },
    })
    const target = { type: 'runner', id: runnerId }
    const told = { driveId: id, epoch, beganAt: beganAt.toISOString() }
    await recordChange(
      {
        ...ctx,
        actor: { kind: 'user', id: userId, name: userName, via: 'terminal' },
        source: { address: null, credential },
      },
      tx,
      { action: 'terminal.drive', target, data: told },
      [{ type: 'runner.drive_began', subject: target, project: project.name, data: { ...told, user: userName } }],
    )
  })
}
