import type { z } from 'zod'
import type { Project, projectArchiveInput } from '@/contracts/project/project'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findProject } from './find-project'
import { projectById } from './get-project'
import { lockProject } from './lock-project'

/** Hides a project from listings, or shows it again. Its live runners go on. */
export async function archiveProject(
  ctx: ServiceContext,
  input: z.output<typeof projectArchiveInput>,
): Promise<Project> {
  return withTransaction(ctx.db, async (tx) => {
    const before = await findProject(ctx, tx, input.project)
    await lockProject(tx, before.id)
    if ((before.archivedAt !== null) !== input.archived) {
      await tx.project.update({
        where: { id: before.id },
        data: { archivedAt: input.archived ? ctx.clock.now() : null },
      })
      const subject = { type: 'project', id: before.id }
      const data = { name: before.name, archived: input.archived }
      await recordChange(ctx, tx, { action: 'project.archive', target: subject, data }, [
        { type: 'project.archived', subject, project: before.name, data },
      ])
    }
    return projectById(ctx, tx, before.id)
  })
}
