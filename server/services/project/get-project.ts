import type { Project } from '@/contracts/project/project'
import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { findProject } from './find-project'
import { projectsToApi } from './project-to-api'

/** One project by id, as the API gives it. Throws `not_found`. */
export async function projectById(
  ctx: ServiceContext,
  db: Pick<Tx, 'project' | 'runner'>,
  id: string,
): Promise<Project> {
  const [project] = await projectsToApi(db, { id }, ctx.settings.runnerQuota)
  if (!project) throw notFound('project', id)
  return project
}

/** A project by name or id. Throws `not_found`. */
export async function getProject(ctx: ServiceContext, input: { project: string }): Promise<Project> {
  const { id } = await findProject(ctx, ctx.db.prisma, input.project)
  return projectById(ctx, ctx.db.prisma, id)
}
