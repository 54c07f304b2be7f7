import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import type { SharedServices } from '../service-context'
import { verifyPassword } from './password-hash'
import { type SigningIn, type StartedSession, startWebSession } from './start-web-session'

/**
 * Signs a browser in by name and password. Throws `unauthenticated`, with one message and after the same work, whether
 * the user is not there, has no password, may not sign in, or the password is another.
 */
export async function signInWithPassword(
  ctx: SharedServices,
  input: { name: string; password: string } & SigningIn,
): Promise<StartedSession> {
  const user = await ctx.db.prisma.user.findUnique({ where: { name: input.name } })
  const mayTry = user !== null && user.disabledAt === null
  const right = await verifyPassword(mayTry ? user.passwordHash : null, input.password)
  if (!mayTry || !right) throw new StratavoreError('unauthenticated', 'Name or password is wrong.')
  return withTransaction(ctx.db, async (tx) => {
    // Holds the row: whoever changes the password now ends this session too, since it is there when they come to that.
    const same = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM users
      WHERE id = ${user.id}::uuid AND disabled_at IS NULL AND password_hash = ${user.passwordHash}
      FOR SHARE`
    if (same.length !== 1) throw new StratavoreError('unauthenticated', 'Name or password is wrong.')
    return startWebSession(ctx, tx, user, { method: 'password' }, input)
  })
}
