import { type AccessContext, requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { Project } from '../../db/generated/client'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The key under which a living project's name is unique. */
export const projectNameKey = (name: string): string => name.toLowerCase()

/** A project that is not deleted, by name (case-insensitive) or id, for whoever asks. Throws `not_found`, `forbidden`. */
export async function findProject(ctx: AccessContext, db: Pick<Tx, 'project'>, ref: string): Promise<Project> {
  const project = await readProject(db, ref)
  if (!project) throw notFound('project', ref)
  requireInProject(ctx, project.id, { type: 'project', ref })
  return project
}

async function readProject(db: Pick<Tx, 'project'>, ref: string): Promise<Project | null> {
  const byName = await db.project.findUnique({ where: { nameKey: projectNameKey(ref) } })
  if (byName) return byName
  return UUID.test(ref) ? db.project.findFirst({ where: { id: ref, deletedAt: null } }) : null
}
