import type { Project } from '@/contracts/project/project'
import { inVisibleProjects } from '../../core/access/access'
import type { ServiceContext } from '../service-context'
import { projectsToApi } from './project-to-api'

/** Projects they see that are not deleted, newest first; archived ones only when asked. */
export const listProjects = (ctx: ServiceContext, input: { includeArchived: boolean }): Promise<Project[]> =>
  projectsToApi(
    ctx.db.prisma,
    { id: inVisibleProjects(ctx), ...(input.includeArchived ? {} : { archivedAt: null }) },
    ctx.settings.runnerQuota,
  )
