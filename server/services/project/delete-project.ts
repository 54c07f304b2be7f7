import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { invalidInput, StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findProject } from './find-project'
import { lockProject } from './lock-project'

/**
 * Removes a project from Stratavore; its directory, sessions and history stay. Throws `invalid_input` when the name is
 * not repeated, `invalid_state` while runners hold slots.
 */
export async function deleteProject(
  ctx: ServiceContext,
  input: { project: string; confirmName: string },
): Promise<{ id: string; name: string }> {
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(ctx, tx, input.project)
    if (input.confirmName !== project.name) {
      throw invalidInput('confirmName', `type ${project.name} to delete this project`)
    }
    await lockProject(tx, project.id)
    const live = await tx.runner.count({ where: { projectId: project.id, status: { in: SLOT_HOLDING_STATUSES } } })
    if (live > 0) {
      throw new StratavoreError(
        'invalid_state',
        `${project.name} still has ${live} live runner${live === 1 ? '' : 's'}.`,
        {
          hint: `Stop them first: stratavore kill --project ${project.name}`,
        },
      )
    }
    await tx.projectVariable.deleteMany({ where: { projectId: project.id } })
    await tx.project.update({ where: { id: project.id }, data: { nameKey: null, deletedAt: ctx.clock.now() } })
    const subject = { type: 'project', id: project.id }
    const data = { name: project.name, path: project.path }
    await recordChange(ctx, tx, { action: 'project.delete', target: subject, data }, [
      { type: 'project.deleted', subject, project: project.name, data },
    ])
    return { id: project.id, name: project.name }
  })
}
