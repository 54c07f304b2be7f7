import type { z } from 'zod'
import type { PasswordReset, passwordResetInput } from '@/contracts/user/user'
import { requireInInstallation } from '../../core/access/access'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { CLI_TOKEN_NAME } from '../identity/authenticate'
import { insertLoginCode, type LoginCode } from '../identity/create-login-code'
import { requireLiveCaller } from '../identity/require-live-caller'
import { endSessions } from '../identity/revoke-sessions'
import type { ServiceContext } from '../service-context'
import { revokeSharesOf } from '../share/revoke-share'
import { requireInvitable } from './invite-user'
import { lockUser } from './lock-user'

/**
 * Forgets the password that somebody has forgotten, signs their browsers out, ends their shared links, and makes a one-time
 * code with which they come in and set another. Passkeys, tokens and identities stay but for `everything`.
 * Throws `not_found`, `invalid_state`.
 */
export async function resetPassword(
  ctx: ServiceContext,
  input: z.output<typeof passwordResetInput>,
): Promise<LoginCode & Pick<PasswordReset, 'ended'>> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    const user = await lockUser(tx, input.user)
    await requireLiveCaller(ctx, tx)
    requireInvitable(user)
    const hadPassword = user.passwordHash !== null
    // Holds off whoever makes something by which to come in, as `takeWaysIn` does: what they were making is seen and ended.
    await tx.user.update({ where: { id: user.id }, data: { passwordHash: null, passwordSetAt: null } })
    // Before the new code: it spends every way in that there was.
    const browsers = await endSessions(ctx, tx, { userId: user.id, keep: null })
    const others = input.everything ? await endCredentials(ctx, tx, user.id) : { tokens: 0, passkeys: 0, identities: 0 }
    // Last: it records, and so holds what others who end one of these wait for.
    const shares = await revokeSharesOf(ctx, tx, user.id)
    const code = await insertLoginCode(ctx, tx, user.id)
    const target = { type: 'user', id: user.id }
    const ended = { browsers, shares, ...others }
    const data = { loginCodeId: code.id, hadPassword, everything: input.everything, ended }
    await recordChange(ctx, tx, { action: 'user.reset_password', target, data }, [])
    return { ...code, ended }
  })
}

/** All tokens but the installation's own, which it needs to start, all passkeys, and all identities of a provider. */
async function endCredentials(ctx: ServiceContext, tx: Tx, userId: string) {
  const tokens = await tx.apiToken.updateMany({
    where: { userId, revokedAt: null, name: { not: CLI_TOKEN_NAME } },
    data: { revokedAt: ctx.clock.now() },
  })
  const passkeys = await tx.passkey.deleteMany({ where: { userId } })
  // Whoever had their browser may have connected one of their own.
  const identities = await tx.externalIdentity.deleteMany({ where: { userId } })
  return { tokens: tokens.count, passkeys: passkeys.count, identities: identities.count }
}
