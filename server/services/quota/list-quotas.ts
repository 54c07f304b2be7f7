import type { Quota } from '@/contracts/quota/quota'
import { findProject } from '../project/find-project'
import { listProjects } from '../project/list-projects'
import type { ServiceContext } from '../service-context'
import { countSlots } from './runner-quota'

/** The runner quotas of one project, or of all that are not archived. */
export async function listQuotas(ctx: ServiceContext, input: { project?: string }): Promise<Quota[]> {
  const projects =
    input.project === undefined
      ? await listProjects(ctx, { includeArchived: false })
      : [await findProject(ctx.db.prisma, input.project)]
  return Promise.all(
    projects.map(async (project) => ({
      project: project.name,
      kind: 'concurrent_runners' as const,
      ...(await countSlots(ctx, ctx.db.prisma, project.id)),
    })),
  )
}
