import type { EnrolReply, EnrolRequest } from '@/contracts/agent-protocol/enrolment'
import type { AuthoritySet } from '../../core/certificates/authority-set'
import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { issueCertificate } from '../certificates/issue-certificate'
import type { ServiceContext } from '../service-context'
import { lockNode } from './lock-node'

type EnrolContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence' | 'settings'>

/** Why a join token opened nothing: for the audit log only. */
type Refusal = 'unknown' | 'expired' | 'used' | 'revoked' | 'other_node' | 'node_is_local'

async function takeToken(
  ctx: EnrolContext,
  tx: Tx,
  { token, name }: EnrolRequest,
): Promise<{ id: string } | { refusal: Refusal; id: string | null; boundTo: string | null }> {
  const now = ctx.clock.now()
  const tokenHash = hashToken(token)
  const { count } = await tx.joinToken.updateMany({
    where: { tokenHash, nodeName: name, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  })
  const row = await tx.joinToken.findUnique({ where: { tokenHash } })
  const refused = (refusal: Refusal) => ({ refusal, id: row?.id ?? null, boundTo: row?.nodeName ?? null })
  if (row === null) return refused('unknown')
  if (count === 1) return { id: row.id }
  if (row.nodeName !== name) return refused('other_node')
  if (row.revokedAt !== null) return refused('revoked')
  return refused(row.usedAt === null ? 'expired' : 'used')
}

/** The node of that name, made when it is new; whoever held it before holds it no more. Null for the local one. */
async function takeNode(ctx: EnrolContext, tx: Tx, name: string) {
  const node = await tx.node.upsert({
    where: { name },
    create: { name, kind: 'remote' },
    update: {},
  })
  if (node.kind !== 'remote') return null
  await tx.node.update({ where: { id: node.id }, data: { removedAt: null } })
  await tx.nodeCertificate.updateMany({
    where: { nodeId: node.id, revokedAt: null },
    data: { revokedAt: ctx.clock.now() },
  })
  return node
}

/**
 * Exchanges a join token for a certificate. Throws one `unauthenticated` for a token that is unknown, expired, used,
 * revoked or for another node; each is in the audit log with its reason. `from` is the address that asked.
 */
export async function enrolNode(
  ctx: EnrolContext,
  authorities: AuthoritySet,
  request: EnrolRequest,
  from: string,
): Promise<EnrolReply> {
  const answer = await withTransaction(ctx.db, async (tx) => {
    // Before the token's row: a revocation takes both in this order.
    await lockNode(tx, request.name)
    const taken = await takeToken(ctx, tx, request)
    if ('refusal' in taken) return taken
    const node = await takeNode(ctx, tx, request.name)
    if (node === null) return { refusal: 'node_is_local' as const, id: taken.id, boundTo: request.name }
    const issued = await issueCertificate(ctx, tx, authorities, { nodeId: node.id, csr: request.csr })
    const subject = { type: 'node', id: node.id }
    const data = { node: node.name, joinToken: taken.id, serial: issued.serial, from }
    await recordChange(ctx, tx, { action: 'node.enrol', target: subject, data }, [
      { type: 'node.updated', subject, project: null, data: { node: node.name } },
    ])
    const { certificate, authorities: trusted } = issued
    return { nodeId: node.id, nodeName: node.name, certificate, authorities: trusted }
  })
  if (!('refusal' in answer)) return answer
  await withTransaction(ctx.db, async (tx) => {
    const { refusal, id, boundTo } = answer
    const data = { reason: refusal, node: request.name, boundTo, from }
    const target = { type: 'join_token', id: id ?? 'unknown' }
    await recordChange(ctx, tx, { action: 'node.enrol_refused', target, data }, [])
  })
  throw new StratavoreError('unauthenticated', 'This join token is not valid.')
}
