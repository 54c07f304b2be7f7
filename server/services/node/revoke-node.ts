import { requireInInstallation } from '../../core/access/access'
import { invalidInput } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findNode } from './find-node'
import { lockNode } from './lock-node'

/**
 * Revokes all that a remote node's agent could connect with: certificates, and join tokens for its name. Its connection
 * is cut within seconds. Its runners live on over there, out of reach, until it joins again or they are given up.
 */
export async function revokeNode(
  ctx: ServiceContext,
  input: { node: string; confirmName: string },
): Promise<{ revoked: number }> {
  requireInInstallation(ctx, 'admin')
  return withTransaction(ctx.db, async (tx) => {
    const node = await findNode(tx, input.node)
    await lockNode(tx, node.name)
    const now = ctx.clock.now()
    if (node.kind === 'local') throw invalidInput('node', 'the agent of this machine is not revoked; rotate its token')
    if (input.confirmName !== node.name) throw invalidInput('confirmName', `it is not ${node.name}`)
    const certificates = await tx.nodeCertificate.updateMany({
      where: { nodeId: node.id, revokedAt: null, expiresAt: { gt: now } },
      data: { revokedAt: now },
    })
    const tokens = await tx.joinToken.updateMany({
      where: { nodeName: node.name, usedAt: null, revokedAt: null },
      data: { revokedAt: now },
    })
    const subject = { type: 'node', id: node.id }
    const data = { node: node.name, certificates: certificates.count, joinTokens: tokens.count }
    await recordChange(ctx, tx, { action: 'node.revoke', target: subject, data }, [
      { type: 'node.updated', subject, project: null, data: { node: node.name } },
    ])
    return { revoked: certificates.count + tokens.count }
  })
}
