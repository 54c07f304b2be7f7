import { notFound } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { takeWaysIn } from './hold-ways-in'

/**
 * Ends one browser session of `userId` (of anybody for null), and what could still begin another. Throws `not_found` for
 * one that is not theirs or is over.
 */
export async function revokeSession(ctx: ServiceContext, input: { id: string; userId: string | null }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const where = { id: input.id, revokedAt: null, ...(input.userId === null ? {} : { userId: input.userId }) }
    const found = await tx.webSession.findFirst({ where, select: { userId: true } })
    // Before the session is locked: whoever comes in with it replaces it, having locked these first.
    if (found) await takeWaysIn(tx, found.userId)
    const [row] = await tx.webSession.updateManyAndReturn({ where, data: { revokedAt: ctx.clock.now() } })
    if (!row) throw notFound('browser session', input.id)
    // What somebody allowed from that browser lets nobody in any more; whoever was allowing it has done so or is refused.
    await spendWaysIn(ctx, tx, row.userId)
    const target = { type: 'web_session', id: input.id }
    await recordChange(ctx, tx, { action: 'auth.revoke_session', target, data: { userId: row.userId } }, [])
  })
}

/** Ends all browser sessions of a user but `keep`; returns how many. */
export async function revokeOtherSessions(
  ctx: ServiceContext,
  input: { userId: string; keep: string | null },
): Promise<number> {
  return withTransaction(ctx.db, async (tx) => {
    const count = await endSessions(ctx, tx, input)
    if (count > 0) {
      const target = { type: 'user', id: input.userId }
      await recordChange(ctx, tx, { action: 'auth.revoke_sessions', target, data: { count, kept: input.keep } }, [])
    }
    return count
  })
}

/**
 * The same as part of a larger change, which records it, or of those only that one passkey or identity opened; what would still let somebody in as them is used up. From here to
 * the commit nothing that lets somebody in as them is made.
 */
export async function endSessions(
  ctx: Pick<ServiceContext, 'clock'>,
  tx: Tx,
  input: { userId: string; keep: string | null; openedWith?: { passkeyId: string } | { externalIdentityId: string } },
): Promise<number> {
  await takeWaysIn(tx, input.userId)
  const { count } = await tx.webSession.updateMany({
    where: {
      ...{ userId: input.userId, revokedAt: null, ...input.openedWith },
      ...(input.keep === null ? {} : { id: { not: input.keep } }),
    },
    data: { revokedAt: ctx.clock.now() },
  })
  await spendWaysIn(ctx, tx, input.userId)
  return count
}

/** Login links of a user that nobody came by yet, and CLIs they have answered that did not fetch their token yet. */
export async function spendWaysIn(ctx: Pick<ServiceContext, 'clock'>, tx: Tx, userId: string): Promise<void> {
  const data = { usedAt: ctx.clock.now() }
  await tx.loginCode.updateMany({ where: { userId, usedAt: null }, data })
  await tx.deviceLogin.updateMany({ where: { userId, answeredAt: { not: null }, usedAt: null }, data })
}
