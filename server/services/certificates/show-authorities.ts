import { homePaths } from '@/config/paths'
import type { CertificateAuthority } from '@/contracts/node/remote'
import { requireInInstallation } from '../../core/access/access'
import { trustedAt } from '../../core/certificates/authority-set'
import { describeAuthority } from '../../core/certificates/describe-authority'
import type { ServiceContext } from '../service-context'
import { ensureAuthorities } from './authorities-file'

/** The certificate authorities that remote agents and the daemon trust, the newest last. */
export async function showAuthorities(ctx: ServiceContext): Promise<CertificateAuthority[]> {
  requireInInstallation(ctx, 'admin')
  const now = ctx.clock.now()
  const set = await ensureAuthorities(homePaths(ctx.settings.home).agentAuthorities, now)
  return Promise.all(trustedAt(set, now).map(describeAuthority))
}
