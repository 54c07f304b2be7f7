import type { z } from 'zod'
import type { Project, projectCreateInput } from '@/contracts/project/project'
import { requireInInstallation } from '../../core/access/access'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { LOCAL_NODE_NAME } from '../installation/bootstrap-installation'
import { findNode } from '../node/find-node'
import type { ServiceContext } from '../service-context'
import { adoptSessions } from '../session/adopt-sessions'
import { projectNameKey } from './find-project'
import { projectById } from './get-project'
import { judgeNodePath } from './judge-node-path'
import { rejectTakenName } from './reject-taken-name'

/**
 * Creates a project, on the local node where none is named. Throws `forbidden`, `not_found` and `node_unavailable` for its
 * node, `invalid_input` for its path, `conflict` for a taken name.
 */
export async function createProject(ctx: ServiceContext, input: z.output<typeof projectCreateInput>): Promise<Project> {
  requireInInstallation(ctx, 'admin')
  const node = await findNode(ctx.db.prisma, input.node ?? LOCAL_NODE_NAME)
  const path = await judgeNodePath(ctx, node, input.path)
  return withTransaction(ctx.db, async (tx) => {
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
    await adoptSessions(tx, row)
    const data = { name: row.name, path, defaultProvider: row.defaultProvider }
    const subject = { type: 'project', id: row.id }
    await recordChange(ctx, tx, { action: 'project.create', target: subject, data: { ...data, node: node.name } }, [
      { type: 'project.created', subject, project: row.name, data },
    ])
    return projectById(ctx, tx, row.id)
  })
}
