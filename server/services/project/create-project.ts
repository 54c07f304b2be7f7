import type { z } from 'zod'
import type { Project, projectCreateInput } from '@/contracts/project/project'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { LOCAL_NODE_NAME } from '../installation/bootstrap-installation'
import type { ServiceContext } from '../service-context'
import { projectNameKey } from './find-project'
import { projectById } from './get-project'
import { judgeProjectPath } from './judge-project-path'
import { rejectTakenName } from './reject-taken-name'

/** Creates a project on the local node. Throws `invalid_input` for its path and `conflict` for a taken name. */
export async function createProject(ctx: ServiceContext, input: z.output<typeof projectCreateInput>): Promise<Project> {
  const path = await judgeProjectPath(input.path, { roots: ctx.settings.projectRoots, home: ctx.settings.home })
  return withTransaction(ctx.db, async (tx) => {
    const node = await tx.node.findUnique({ where: { name: LOCAL_NODE_NAME } })
    if (!node)
      throw new StratavoreError('node_unavailable', 'The local node has not been set up; start with `stratavore up`.')
    await rejectTakenName(tx, input.name, null)
    const row = await tx.project.create({
      data: {
        name: input.name,
        nameKey: projectNameKey(input.name),
        path,
        description: input.description,
        defaultProvider: input.defaultProvider,
        nodeId: node.id,
        quotas:
          input.runnerQuota === undefined
            ? undefined
            : { create: { kind: 'concurrent_runners', limit: input.runnerQuota } },
      },
    })
    const data = { name: row.name, path, defaultProvider: row.defaultProvider }
    const subject = { type: 'project', id: row.id }
    await recordChange(ctx, tx, { action: 'project.create', target: subject, data }, [
      { type: 'project.created', subject, project: row.name, data },
    ])
    return projectById(ctx, tx, row.id)
  })
}
