import type { z } from 'zod'
import type { createShareInput, ShareLink } from '@/contracts/share/share'
import { requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { requireLiveCaller } from '../identity/require-live-caller'
import { lockRunner } from '../runner/lock-runner'
import type { ServiceContext } from '../service-context'
import { liveShare, shareInclude, shareToApi } from './live-share'

const MINUTE_MS = 60_000
/** More live links of one runner than this is a script gone wild. */
const MAX_LINKS_PER_RUNNER = 50

type NewShare = z.output<typeof createShareInput> & {
  /** The token of the call, which the link does not outlive; null for a browser. */
  apiTokenId: string | null
}

/**
 * Makes a link that shows one runner to whoever holds it. Its token is in the answer and nowhere else: only its hash is
 * kept. Throws `not_found`, `forbidden`, `quota_exceeded`.
 */
export async function createShare(ctx: ServiceContext, input: NewShare): Promise<ShareLink & { token: string }> {
  const userId = ctx.actor.id
  if (!userId) throw new StratavoreError('forbidden', 'Only a user can share a runner.')
  const now = ctx.clock.now()
  const token = newToken('svs')
  const { kind, apiTokenId } = input
  return withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    const runner = await lockRunner(ctx, tx, input.runnerId)
    // Who may only type shows nobody what they cannot see themselves.
    requireInProject(ctx, runner.projectId, { type: 'runner', ref: runner.id }, 'read')
    if ((await tx.shareLink.count({ where: { runnerId: runner.id, ...liveShare(now) } })) >= MAX_LINKS_PER_RUNNER) {
      throw new StratavoreError('quota_exceeded', `A runner is shared by at most ${MAX_LINKS_PER_RUNNER} links.`, {
        hint: 'Revoke some that are not needed.',
      })
    }
    const row = await tx.shareLink.create({
      data: {
        runnerId: runner.id,
        kind,
        tokenHash: hashToken(token),
        userId,
        apiTokenId,
        createdAt: now,
        expiresAt: new Date(now.getTime() + input.minutes * MINUTE_MS),
      },
      include: shareInclude,
    })
    const data = { shareId: row.id, kind, expiresAt: row.expiresAt }
    await recordChange(ctx, tx, { action: 'share.create', target: { type: 'runner', id: runner.id }, data }, [])
    return { ...shareToApi(row), token }
  })
}
