import type { Tx } from '../../db/database'

/** The id of this installation, the same for all its processes: what events name as their source. */
export async function readInstallationId(ctx: { db: { prisma: Pick<Tx, 'installation'> } }): Promise<string> {
  return (await ctx.db.prisma.installation.findUniqueOrThrow({ where: { id: 1 } })).installationId
}
