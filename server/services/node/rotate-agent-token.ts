import { homePaths } from '@/config/paths'
import { requireInInstallation } from '../../core/access/access'
import { invalidInput } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { replaceSecretFile } from '../installation/replace-secret-file'
import type { ServiceContext } from '../service-context'
import { findNode } from './find-node'

/**
 * Gives the local agent a new token and ends the old one. The agent reads its token anew for each connection: it is cut
 * and back within seconds, its runners untouched. Throws `invalid_input` for a remote node, which renews by itself.
 */
export async function rotateAgentToken(ctx: ServiceContext, input: { node: string }): Promise<{ revoked: number }> {
  requireInInstallation(ctx, 'admin')
  const token = newToken('sva')
  return withTransaction(ctx.db, async (tx) => {
    const node = await findNode(tx, input.node)
    if (node.kind !== 'local')
      throw invalidInput(
        'node',
        'a remote node renews its certificate by itself; `stratavore ca rotate` has all do it now',
      )
    const { count } = await tx.agentToken.updateMany({
      where: { nodeId: node.id, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    })
    await tx.agentToken.create({ data: { nodeId: node.id, tokenHash: hashToken(token) } })
    const subject = { type: 'node', id: node.id }
    await recordChange(ctx, tx, { action: 'node.rotate', target: subject, data: { node: node.name, revoked: count } }, [
      { type: 'node.updated', subject, project: null, data: { node: node.name } },
    ])
    // Last: a commit that fails after it leaves a token that the next start makes known again.
    await replaceSecretFile(homePaths(ctx.settings.home).agentToken, `${token}\n`)
    return { revoked: count }
  })
}
