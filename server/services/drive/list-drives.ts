import type { z } from 'zod'
import type { Drive, driversInput } from '@/contracts/drive/drive'
import { getRunner } from '../runner/get-runner'
import type { ServiceContext } from '../service-context'

/** Who drove a runner, newest first. Throws `not_found`, `forbidden`. */
export async function listDrives(
  ctx: Pick<ServiceContext, 'db' | 'access'>,
  { id, limit }: z.output<typeof driversInput>,
): Promise<Drive[]> {
  await getRunner(ctx, { id })
  const rows = await ctx.db.prisma.driveSpan.findMany({
    where: { runnerId: id },
    include: { user: { select: { name: true } } },
    orderBy: [{ beganAt: 'desc' }, { id: 'desc' }],
    take: limit,
  })
  return rows.map((row) => ({
    id: row.id,
    epoch: row.epoch,
    userId: row.userId,
    userName: row.user.name,
    credential: row.credential,
    beganAt: row.beganAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    endCause: row.endCause,
    inputBytes: Number(row.inputBytes),
    lastInputAt: row.lastInputAt?.toISOString() ?? null,
  }))
}
