import type { CertificateAuthority } from '@/contracts/node/remote'
import { fingerprintOf } from './authority'
import type { StoredAuthority } from './authority-set'
import * as x509 from './x509'

/** What may be told of an authority: everything but its key. */
export async function describeAuthority(stored: StoredAuthority): Promise<CertificateAuthority> {
  const { certificate, createdAt, trustedUntil } = stored
  const expiresAt = new x509.X509Certificate(certificate).notAfter.toISOString()
  return { fingerprint: await fingerprintOf(certificate), certificate, createdAt, expiresAt, trustedUntil }
}
