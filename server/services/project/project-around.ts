import { Prisma } from '../../db/generated/client'

/** The project on a node whose directory is the innermost around this one; null for none. */
export const projectAround = (nodeId: string, cwd: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT p.id FROM projects p
   WHERE p.node_id = ${nodeId}::uuid AND p.deleted_at IS NULL
     AND (p.path = ${cwd} OR starts_with(${cwd}, rtrim(p.path, '/') || '/'))
   ORDER BY length(p.path) DESC LIMIT 1)`
