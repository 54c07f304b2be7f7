import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { requireLiveCaller } from './require-live-caller'

/** How long a login link works: long enough to come back to the terminal, short enough not to lie around. */
const LOGIN_CODE_LIFETIME_MS = 60 * 60 * 1000

/** A one-time login code; only its hash is kept. */
export interface LoginCode {
  id: string
  code: string
  expiresAt: string
}

/** Makes a one-time login code for a user; the caller records that it did. */
export async function insertLoginCode(ctx: Pick<ServiceContext, 'clock'>, tx: Tx, userId: string): Promise<LoginCode> {
  const code = newToken('svl')
  const expiresAt = new Date(ctx.clock.now().getTime() + LOGIN_CODE_LIFETIME_MS)
  const { id } = await tx.loginCode.create({ data: { userId, codeHash: hashToken(code), expiresAt } })
  return { id, code, expiresAt: expiresAt.toISOString() }
}

/** Makes a one-time login code for the acting user. Throws `unauthenticated` for one who was signed out in this moment. */
export async function createLoginCode(ctx: ServiceContext): Promise<LoginCode> {
  const userId = ctx.actor.id
  if (!userId) throw new StratavoreError('forbidden', 'Only a user can make a login link.')
  return withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    const made = await insertLoginCode(ctx, tx, userId)
    const target = { type: 'user', id: userId }
    await recordChange(ctx, tx, { action: 'auth.login_link', target, data: { loginCodeId: made.id } }, [])
    return made
  })
}
