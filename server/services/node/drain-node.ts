import { requireInInstallation } from '../../core/access/access'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findNode } from './find-node'

/** A node that drains keeps its runners and starts none; `draining: false` opens it again. */
export async function drainNode(
  ctx: ServiceContext,
  input: { node: string; draining: boolean },
): Promise<{ draining: boolean }> {
  requireInInstallation(ctx, 'admin')
  return withTransaction(ctx.db, async (tx) => {
    const node = await findNode(tx, input.node)
    if ((node.drainingAt !== null) === input.draining) return { draining: input.draining }
    await tx.node.update({ where: { id: node.id }, data: { drainingAt: input.draining ? ctx.clock.now() : null } })
    const subject = { type: 'node', id: node.id }
    const data = { node: node.name, draining: input.draining }
    await recordChange(ctx, tx, { action: 'node.drain', target: subject, data }, [
      { type: 'node.updated', subject, project: null, data: { node: node.name } },
    ])
    return { draining: input.draining }
  })
}
