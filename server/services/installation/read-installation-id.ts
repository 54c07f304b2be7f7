import type { ServiceContext } from '../service-context'

/** The id of this installation, the same for all its processes: what events name as their source. */
export async function readInstallationId(ctx: Pick<ServiceContext, 'db'>): Promise<string> {
  return (await ctx.db.prisma.installation.findUniqueOrThrow({ where: { id: 1 } })).installationId
}
