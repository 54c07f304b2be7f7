import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** A browser stays signed in this long at most. */
export const WEB_SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000
const MAX_USER_AGENT_LENGTH = 300

/**
 * Exchanges a one-time login code for a browser session and returns its cookie value. Throws `unauthenticated` for a
 * code that is unknown, used or expired: one message for all three.
 */
export async function redeemLoginCode(
  ctx: Omit<ServiceContext, 'actor'>,
  input: { code: string; userAgent: string | null },
): Promise<{ cookie: string; expiresAt: Date }> {
  const now = ctx.clock.now()
  const cookie = newToken('svc')
  const expiresAt = new Date(now.getTime() + WEB_SESSION_LIFETIME_MS)
  await withTransaction(ctx.db, async (tx) => {
    const codeHash = hashToken(input.code)
    // The condition is in the statement: of two browsers with one link, one gets in.
    const used = await tx.loginCode.updateMany({
      where: { codeHash, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
      data: { usedAt: now },
    })
    if (used.count !== 1) {
      throw new StratavoreError('unauthenticated', 'This login link was used before or has expired.', {
        hint: 'Run `stratavore login-link` for a new one.',
      })
    }
    const { user } = await tx.loginCode.findUniqueOrThrow({ where: { codeHash }, include: { user: true } })
    const session = await tx.webSession.create({
      data: {
        userId: user.id,
        tokenHash: hashToken(cookie),
        userAgent: input.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
        createdAt: now,
        lastUsedAt: now,
        expiresAt,
      },
    })
    const actor = { kind: 'user', id: user.id, name: user.name, via: 'browser' } as const
    await recordChange(
      { ...ctx, actor },
      tx,
      { action: 'auth.sign_in', target: { type: 'user', id: user.id }, data: { webSessionId: session.id } },
      [{ type: 'user.signed_in', subject: { type: 'user', id: user.id }, project: null, data: { name: user.name } }],
    )
  })
  return { cookie, expiresAt }
}
