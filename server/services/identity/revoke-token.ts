import { notFound, StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { CLI_TOKEN_NAME } from './authenticate'

/** Ends one API token of `userId` (of anybody for null). Throws `not_found` for one that is not theirs or is over. */
export async function revokeToken(ctx: ServiceContext, input: { id: string; userId: string | null }): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const where = { id: input.id, revokedAt: null, ...(input.userId === null ? {} : { userId: input.userId }) }
    const [row] = await tx.apiToken.updateManyAndReturn({ where, data: { revokedAt: ctx.clock.now() } })
    if (!row) throw notFound('API token', input.id)
    if (row.name === CLI_TOKEN_NAME) {
      throw new StratavoreError(
        'invalid_state',
        'This installation needs its own token to start and to be looked at.',
        {
          hint: 'Who may read its home is the owner; see docs/sign-in.md.',
        },
      )
    }
    const target = { type: 'api_token', id: input.id }
    await recordChange(ctx, tx, { action: 'token.revoke', target, data: { userId: row.userId, name: row.name } }, [])
  })
}
