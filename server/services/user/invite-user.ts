import { requireInInstallation } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { insertLoginCode, type LoginCode } from '../identity/create-login-code'
import type { ServiceContext } from '../service-context'
import { lockUser } from './lock-user'

/** A new one-time code for somebody whose invitation has expired. Throws `not_found`, `invalid_state`. */
export async function inviteUser(ctx: ServiceContext, input: { user: string }): Promise<LoginCode> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    const user = await lockUser(tx, input.user)
    if (user.role === 'service') throw new StratavoreError('invalid_state', `${user.name} is a service: it has tokens.`)
    if (user.disabledAt) throw new StratavoreError('invalid_state', `${user.name} is disabled.`)
    const code = await insertLoginCode(ctx, tx, user.id)
    const target = { type: 'user', id: user.id }
    await recordChange(ctx, tx, { action: 'user.invite', target, data: { loginCodeId: code.id } }, [])
    return code
  })
}
