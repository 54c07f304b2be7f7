import { requireInInstallation } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { insertLoginCode, type LoginCode } from '../identity/create-login-code'
import { requireLiveCaller } from '../identity/require-live-caller'
import type { ServiceContext } from '../service-context'
import { lockUser } from './lock-user'
import type { UserRow } from './user-to-api'

/** Throws `invalid_state` for whoever comes in by no link. */
export function requireInvitable({ name, role, disabledAt }: UserRow): void {
  if (role === 'service') throw new StratavoreError('invalid_state', `${name} is a service: it has tokens.`)
  if (disabledAt) throw new StratavoreError('invalid_state', `${name} is disabled.`)
}

/** A new one-time code for somebody whose invitation has expired. Throws `not_found`, `invalid_state`. */
export async function inviteUser(ctx: ServiceContext, input: { user: string }): Promise<LoginCode> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    const user = await lockUser(tx, input.user)
    await requireLiveCaller(ctx, tx)
    requireInvitable(user)
    const code = await insertLoginCode(ctx, tx, user.id)
    const target = { type: 'user', id: user.id }
    await recordChange(ctx, tx, { action: 'user.invite', target, data: { loginCodeId: code.id } }, [])
    return code
  })
}
