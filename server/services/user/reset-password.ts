import { requireInInstallation } from '../../core/access/access'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { insertLoginCode, type LoginCode } from '../identity/create-login-code'
import { endSessions } from '../identity/revoke-sessions'
import type { ServiceContext } from '../service-context'
import { requireInvitable } from './invite-user'
import { lockUser } from './lock-user'

/**
 * Forgets the password that somebody has forgotten, signs their browsers out, and makes a one-time code with which they
 * come in and set another. Passkeys, identities and tokens stay. Throws `not_found`, `invalid_state`.
 */
export async function resetPassword(ctx: ServiceContext, input: { user: string }): Promise<LoginCode> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    const user = await lockUser(tx, input.user)
    requireInvitable(user)
    const hadPassword = user.passwordHash !== null
    await tx.user.update({ where: { id: user.id }, data: { passwordHash: null, passwordSetAt: null } })
    // Before the new code: it spends every way in that there was.
    const sessionsEnded = await endSessions(ctx, tx, { userId: user.id, keep: null })
    const code = await insertLoginCode(ctx, tx, user.id)
    const target = { type: 'user', id: user.id }
    const data = { loginCodeId: code.id, hadPassword, sessionsEnded }
    await recordChange(ctx, tx, { action: 'user.reset_password', target, data }, [])
    return code
  })
}
