import { fingerprintOf, issueNodeCertificate } from '../../core/certificates/authority'
import { type AuthoritySet, issuingAuthority, trustedAt } from '../../core/certificates/authority-set'
import { invalidInput } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { ServiceContext } from '../service-context'

const HOUR_MS = 60 * 60_000

/** Makes a node's certificate for the key of a request, and its row. Throws `invalid_input` for a request that is none. */
export async function issueCertificate(
  ctx: Pick<ServiceContext, 'clock' | 'settings'>,
  tx: Tx,
  authorities: AuthoritySet,
  { nodeId, csr }: { nodeId: string; csr: string },
): Promise<{ certificate: string; authority: string; authorities: string[]; serial: string; expiresAt: Date }> {
  const now = ctx.clock.now()
  const authority = issuingAuthority(authorities)
  const lifetimeMs = ctx.settings.agentCertificateHours * HOUR_MS
  const issued = await issueNodeCertificate(authority, { nodeId, csr, now, lifetimeMs })
  if (issued === null) throw invalidInput('csr', 'it is no request for a certificate of a P-256 key')
  const { certificate, serial, expiresAt } = issued
  const fingerprint = await fingerprintOf(authority.certificate)
  await tx.nodeCertificate.create({
    data: { serial, nodeId, authority: fingerprint, issuedAt: now, expiresAt },
  })
  const trusted = trustedAt(authorities, now).map((each) => each.certificate)
  return { certificate, authority: fingerprint, authorities: trusted, serial, expiresAt }
}
