import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { Project } from '../../db/generated/client'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The key under which a living project's name is unique. */
export const projectNameKey = (name: string): string => name.toLowerCase()

/** A project that is not deleted, by name (case-insensitive) or id. Throws `not_found`. */
export async function findProject(db: Pick<Tx, 'project'>, ref: string): Promise<Project> {
  const byName = await db.project.findUnique({ where: { nameKey: projectNameKey(ref) } })
  if (byName) return byName
  const byId = UUID.test(ref) ? await db.project.findFirst({ where: { id: ref, deletedAt: null } }) : null
  if (!byId) throw notFound('project', ref)
  return byId
}
