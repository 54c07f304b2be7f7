import type { Project } from '@/contracts/project/project'
import type { ServiceContext } from '../service-context'
import { projectsToApi } from './project-to-api'

/** Projects that are not deleted, newest first; archived ones only when asked. */
export const listProjects = (ctx: ServiceContext, input: { includeArchived: boolean }): Promise<Project[]> =>
  projectsToApi(ctx.db.prisma, input.includeArchived ? {} : { archivedAt: null }, ctx.settings.runnerQuota)
