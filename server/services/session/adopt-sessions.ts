import type { Tx } from '../../db/database'

/**
 * Gives a project the sessions that were found in its directory before there was a project, with what they used. Those
 * of another project stay there.
 */
export async function adoptSessions(tx: Tx, project: { id: string; path: string; nodeId: string }): Promise<void> {
  await tx.$executeRaw`
    WITH adopted AS (
      UPDATE sessions SET project_id = ${project.id}::uuid
       WHERE project_id IS NULL AND node_id = ${project.nodeId}::uuid
         AND (cwd = ${project.path} OR starts_with(cwd, ${`${project.path.replace(/\/$/, '')}/`}))
      RETURNING id
    )
    UPDATE usage_entries u SET project_id = ${project.id}::uuid
      FROM adopted a WHERE u.session_id = a.id AND u.project_id IS NULL`
}
