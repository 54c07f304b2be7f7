import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import type { SharedServices } from '../service-context'
import { shareWaysIn } from './hold-ways-in'
import { type SigningIn, type StartedSession, startWebSession } from './start-web-session'

/**
 * Exchanges a one-time login code for a browser session and returns its cookie value. Throws `unauthenticated` for a
 * code that is unknown, used or expired: one message for all three.
 */
export async function redeemLoginCode(
  ctx: SharedServices,
  input: { code: string } & SigningIn,
): Promise<StartedSession> {
  const now = ctx.clock.now()
  return withTransaction(ctx.db, async (tx) => {
    const codeHash = hashToken(input.code)
    const code = await tx.loginCode.findUnique({ where: { codeHash }, select: { userId: true } })
    const user = code && (await shareWaysIn(tx, code.userId))
    // The condition is in the statement: of two browsers with one link, one gets in.
    const where = { codeHash, usedAt: null, expiresAt: { gt: now } }
    if (!user || (await tx.loginCode.updateMany({ where, data: { usedAt: now } })).count !== 1) {
      throw new StratavoreError('unauthenticated', 'This login link was used before or has expired.', {
        hint: 'Run `stratavore login-link` for a new one.',
      })
    }
    return startWebSession(ctx, tx, user, { method: 'link' }, input)
  })
}
