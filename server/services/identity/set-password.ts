import { invalidInput, notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { takeWaysIn } from './hold-ways-in'
import { judgePassword } from './judge-password'
import { hashPassword, verifyPassword } from './password-hash'
import { requireLiveCaller } from './require-live-caller'
import { endSessions } from './revoke-sessions'

/**
 * Sets or changes a user's password; one that is there must be given. All other browsers of the user are signed out:
 * whoever had the old one must not stay. Throws `invalid_input` for a wrong or a weak one, `unauthenticated` for a caller
 * who was signed out in this moment.
 */
export async function setPassword(
  ctx: ServiceContext,
  input: { userId: string; keepSession: string | null; current?: string | undefined; password: string },
): Promise<void> {
  const user = await ctx.db.prisma.user.findUnique({ where: { id: input.userId } })
  if (!user) throw notFound('user', input.userId)
  if (user.passwordHash !== null && !(await verifyPassword(user.passwordHash, input.current ?? ''))) {
    throw invalidInput('current', 'is not your present password')
  }
  const problem = judgePassword(input.password, user)
  if (problem !== null) throw invalidInput('password', problem)
  const passwordHash = await hashPassword(input.password)
  await withTransaction(ctx.db, async (tx) => {
    await takeWaysIn(tx, user.id)
    await requireLiveCaller(ctx, tx)
    // Of two changes at once the second was checked against a password that is no longer there.
    const changed = await tx.user.updateMany({
      where: { id: user.id, passwordHash: user.passwordHash },
      data: { passwordHash, passwordSetAt: ctx.clock.now() },
    })
    if (changed.count !== 1) throw invalidInput('current', 'was changed in this moment')
    const ended = await endSessions(ctx, tx, { userId: user.id, keep: input.keepSession })
    const target = { type: 'user', id: user.id }
    const data = { first: user.passwordHash === null, sessionsEnded: ended }
    await recordChange(ctx, tx, { action: 'auth.set_password', target, data }, [])
  })
}
