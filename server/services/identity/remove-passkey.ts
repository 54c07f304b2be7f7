import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Forgets a passkey of `userId` (of anybody for null). Browsers that it signed in stay so; their sessions are listed. */
export async function removePasskey(ctx: ServiceContext, input: { id: string; userId: string | null }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const where = { id: input.id, ...(input.userId === null ? {} : { userId: input.userId }) }
    const row = await tx.passkey.findFirst({ where })
    const gone = await tx.passkey.deleteMany({ where })
    if (!row || gone.count !== 1) throw notFound('passkey', input.id)
    const target = { type: 'passkey', id: row.id }
    await recordChange(ctx, tx, { action: 'passkey.remove', target, data: { userId: row.userId, name: row.name } }, [])
  })
}
