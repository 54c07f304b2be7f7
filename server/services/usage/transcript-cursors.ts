import { withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import type { ServiceContext } from '../service-context'

/** How far each of these files of a node has been taken; those never seen are left out. */
export async function transcriptCursors(
  ctx: Pick<ServiceContext, 'db'>,
  nodeId: string,
  paths: readonly string[],
): Promise<{ cursors: { path: string; fileId: string; offset: number }[] }> {
  const rows = await ctx.db.prisma.transcriptFile.findMany({
    where: { nodeId, path: { in: [...paths] } },
    select: { path: true, fileId: true, offset: true },
  })
  return { cursors: rows.map((row) => ({ ...row, offset: Number(row.offset) })) }
}

/** Remembers that a file is not there any more. What was read of it stays; one that comes back is read on. */
export async function recordTranscriptMissing(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'fence'>,
  nodeId: string,
  path: string,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await tx.transcriptFile.updateMany({
      where: { nodeId, path, missingSince: null },
      data: { missingSince: ctx.clock.now() },
    })
  })
}
