import type { ServiceContext } from '../service-context'

/** Remembers the size of a runner's terminal, for its next life. Not a change of state: no audit, no event. */
export async function recordSize(
  ctx: Pick<ServiceContext, 'db'>,
  runnerId: string,
  { cols, rows }: { cols: number; rows: number },
): Promise<void> {
  await ctx.db.prisma.runner.updateMany({ where: { id: runnerId }, data: { cols, rows } })
}
