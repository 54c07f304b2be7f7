import type { IssuedIdentity } from '@/contracts/agent-protocol/enrolment'
import type { AuthoritySet } from '../../core/certificates/authority-set'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { issueCertificate } from '../certificates/issue-certificate'
import type { ServiceContext } from '../service-context'
import { lockNodeById } from './lock-node'

/**
 * Gives a node a certificate for a new key, on the strength of the one it has. That one stays good until its end: the
 * agent may die before it has written the new one down. Throws `unauthenticated` when it is good no more.
 */
export async function renewCertificate(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence' | 'settings'>,
  authorities: AuthoritySet,
  { nodeId, serial, csr }: { nodeId: string; serial: string; csr: string },
): Promise<{ identity: IssuedIdentity; serial: string; authority: string }> {
  return withTransaction(ctx.db, async (tx) => {
    // Revoked meanwhile, it would go on as a new one that no revocation has seen.
    await lockNodeById(tx, nodeId)
    const now = ctx.clock.now()
    const held = await tx.nodeCertificate.findFirst({
      where: { serial, nodeId, revokedAt: null, expiresAt: { gt: now }, node: { removedAt: null } },
      include: { node: true },
    })
    if (!held) throw new StratavoreError('unauthenticated', 'This certificate is not valid.')
    const issued = await issueCertificate(ctx, tx, authorities, { nodeId, csr })
    const data = { node: held.node.name, serial: issued.serial, previous: serial }
    await recordChange(ctx, tx, { action: 'node.renew', target: { type: 'node', id: nodeId }, data }, [])
    return {
      identity: { certificate: issued.certificate, authorities: issued.authorities },
      serial: issued.serial,
      authority: issued.authority,
    }
  })
}
