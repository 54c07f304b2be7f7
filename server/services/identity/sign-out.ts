import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Ends one browser session; its cookie is worth nothing from now on. */
export async function signOut(ctx: ServiceContext, input: { webSessionId: string }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await tx.webSession.updateMany({
      where: { id: input.webSessionId, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    })
    const target = { type: 'web_session', id: input.webSessionId }
    await recordChange(ctx, tx, { action: 'auth.sign_out', target, data: {} }, [])
  })
}
