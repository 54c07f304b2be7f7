import type { z } from 'zod'
import type { User, userCreateInput } from '@/contracts/user/user'
import { requireInInstallation } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { insertLoginCode, type LoginCode } from '../identity/create-login-code'
import { requireLiveCaller } from '../identity/require-live-caller'
import type { ServiceContext } from '../service-context'
import { lockUsers } from './lock-user'
import { userFacts, userInclude, userToApi } from './user-to-api'

/**
 * Makes a user, and the one-time code that lets their browser in; a service gets none. Throws `forbidden`, `conflict` for
 * a taken name.
 */
export async function createUser(
  ctx: ServiceContext,
  input: z.output<typeof userCreateInput>,
): Promise<{ user: User; code: LoginCode | null }> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    await lockUsers(tx)
    await requireLiveCaller(ctx, tx)
    if (await tx.user.findFirst({ where: { name: { equals: input.name, mode: 'insensitive' } } }))
      throw new StratavoreError('conflict', `There is a user named ${input.name} already.`)
    const row = await tx.user.create({ data: { ...input, createdAt: ctx.clock.now() }, include: userInclude })
    const code = row.role === 'service' ? null : await insertLoginCode(ctx, tx, row.id)
    const target = { type: 'user', id: row.id }
    const data = { before: null, after: userFacts(row), loginCodeId: code?.id }
    await recordChange(ctx, tx, { action: 'user.create', target, data }, [])
    return { user: userToApi(row), code }
  })
}
