import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { endSessions } from './revoke-sessions'

/**
 * Forgets a passkey of `userId` (of anybody for null), and signs out the browsers that it signed in, but for the one that
 * asks: whoever had it must not stay.
 */
export async function removePasskey(
  ctx: ServiceContext,
  input: { id: string; userId: string | null; keepSession: string | null },
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const where = { id: input.id, ...(input.userId === null ? {} : { userId: input.userId }) }
    const row = await tx.passkey.findFirst({ where })
    if (!row) throw notFound('passkey', input.id)
    const { id: passkeyId, userId, name } = row
    const sessionsEnded = await endSessions(ctx, tx, { userId, keep: input.keepSession, openedWith: { passkeyId } })
    if ((await tx.passkey.deleteMany({ where })).count !== 1) throw notFound('passkey', input.id)
    const target = { type: 'passkey', id: passkeyId }
    await recordChange(ctx, tx, { action: 'passkey.remove', target, data: { userId, name, sessionsEnded } }, [])
  })
}
