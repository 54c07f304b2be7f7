import type { z } from 'zod'
import type { Project, projectUpdateInput } from '@/contracts/project/project'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findProject, projectNameKey } from './find-project'
import { projectById } from './get-project'
import { judgeNodePath } from './judge-node-path'
import { rejectTakenName } from './reject-taken-name'

/** Changes a project. Live runners keep the directory they were started in. */
export async function updateProject(ctx: ServiceContext, input: z.output<typeof projectUpdateInput>): Promise<Project> {
  const path = input.path === undefined ? undefined : await judgePathOf(ctx, input.project, input.path)
  return withTransaction(ctx.db, async (tx) => {
    const before = await findProject(ctx, tx, input.project)
    if (input.name !== undefined) await rejectTakenName(tx, input.name, before.id)
    const row = await tx.project.update({
      where: { id: before.id },
      data: {
        name: input.name,
        nameKey: input.name === undefined ? undefined : projectNameKey(input.name),
        path,
        description: input.description,
        defaultProvider: input.defaultProvider,
        recordsInput: input.recordsInput,
      },
    })
    const shown = ({ name, path, description, defaultProvider, recordsInput }: typeof row) => ({
      name,
      path,
      description,
      defaultProvider,
      recordsInput,
    })
    const subject = { type: 'project', id: row.id }
    const data = { before: shown(before), after: shown(row) }
    await recordChange(ctx, tx, { action: 'project.update', target: subject, data }, [
      { type: 'project.updated', subject, project: row.name, data },
    ])
    return projectById(ctx, tx, row.id)
  })
}

/** The project's node does not change, and says what the directory is. */
async function judgePathOf(ctx: ServiceContext, project: string, path: string): Promise<string> {
  const { nodeId } = await findProject(ctx, ctx.db.prisma, project)
  const node = await ctx.db.prisma.node.findUniqueOrThrow({ where: { id: nodeId }, select: { id: true, kind: true } })
  return judgeNodePath(ctx, node, path)
}
