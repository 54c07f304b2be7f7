import { homePaths } from '@/config/paths'
import type { CertificateAuthority } from '@/contracts/node/remote'
import { requireInInstallation } from '../../core/access/access'
import { createAuthority, fingerprintOf } from '../../core/certificates/authority'
import { rotated } from '../../core/certificates/authority-set'
import { describeAuthority } from '../../core/certificates/describe-authority'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { ensureAuthorities, writeAuthorities } from './authorities-file'

const DAY_MS = 24 * 60 * 60_000

/**
 * Makes a new authority. The one of before stays trusted for the overlap, in which connected agents renew their
 * certificates by themselves; with none, every remote node has to join again.
 */
export async function rotateAuthorities(
  ctx: ServiceContext,
  { overlapDays }: { overlapDays: number },
): Promise<CertificateAuthority[]> {
  requireInInstallation(ctx, 'admin')
  const now = ctx.clock.now()
  const path = homePaths(ctx.settings.home).agentAuthorities
  const before = await ensureAuthorities(path, now)
  const next = await createAuthority(now)
  const set = rotated(before, next, now, overlapDays * DAY_MS)
  const fingerprint = await fingerprintOf(next.certificate)
  await withTransaction(ctx.db, async (tx) => {
    await recordChange(
      ctx,
      tx,
      { action: 'ca.rotate', target: { type: 'authority', id: fingerprint }, data: { fingerprint, overlapDays } },
      [],
    )
    // Last: a rotation that is in no audit log must not have happened.
    await writeAuthorities(path, set)
  })
  return Promise.all(set.map(describeAuthority))
}
