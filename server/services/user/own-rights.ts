import type { OwnRights } from '@/contracts/user/user'
import { rightsInInstallation, rightsInProject, seesProject } from '../../core/access/rights'
import type { ServiceContext } from '../service-context'

/** What the caller may, with the credential of this call. */
export async function ownRights(ctx: Pick<ServiceContext, 'db' | 'access'>): Promise<OwnRights> {
  const { standing } = ctx.access
  const base = { role: standing.role, installation: [...rightsInInstallation(standing)] }
  if (seesProject(standing, null)) return { ...base, projects: [...rightsInProject(standing, null)], granted: [] }
  const rows = await ctx.db.prisma.project.findMany({
    where: { id: { in: [...standing.grants.keys()] }, deletedAt: null },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  })
  const granted = rows.map(({ id, name }) => ({
    projectId: id,
    project: name,
    rights: [...rightsInProject(standing, id)],
  }))
  return { ...base, projects: null, granted }
}
