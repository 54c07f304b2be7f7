import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** How long a login link works: long enough to come back to the terminal, short enough not to lie around. */
const LOGIN_CODE_LIFETIME_MS = 60 * 60 * 1000

/** Makes a one-time login code for the acting user. Only its hash is kept. */
export async function createLoginCode(ctx: ServiceContext): Promise<{ code: string; expiresAt: string }> {
  const userId = ctx.actor.id
  if (!userId) throw new StratavoreError('forbidden', 'Only a user can make a login link.')
  const code = newToken('svl')
  const expiresAt = new Date(ctx.clock.now().getTime() + LOGIN_CODE_LIFETIME_MS)
  await withTransaction(ctx.db, async (tx) => {
    const row = await tx.loginCode.create({ data: { userId, codeHash: hashToken(code), expiresAt } })
    await recordChange(
      ctx,
      tx,
      { action: 'auth.login_link', target: { type: 'user', id: userId }, data: { loginCodeId: row.id } },
      [],
    )
  })
  return { code, expiresAt: expiresAt.toISOString() }
}
