import type { User } from '@/contracts/user/user'
import { requireInInstallation } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { requireLiveCaller } from '../identity/require-live-caller'
import type { ServiceContext } from '../service-context'
import { lockUser } from './lock-user'
import { type UserRow, userFacts, userInclude, userToApi } from './user-to-api'

/**
 * Changes one user, whatever of them: what they were and are goes into the audit log. What is open under their old rights
 * is cut within seconds. Throws `forbidden`, `not_found`, and `invalid_state` when no owner would be left who can sign in.
 */
export async function changeUser(
  ctx: ServiceContext,
  ref: string,
  action: string,
  change: (tx: Tx, before: UserRow) => Promise<unknown>,
): Promise<User> {
  requireInInstallation(ctx)
  return withTransaction(ctx.db, async (tx) => {
    const before = await lockUser(tx, ref)
    await requireLiveCaller(ctx, tx)
    await change(tx, before)
    await requireOwner(tx)
    const after = await tx.user.findUniqueOrThrow({ where: { id: before.id }, include: userInclude })
    const target = { type: 'user', id: before.id }
    const data = { before: userFacts(before), after: userFacts(after) }
    await recordChange(ctx, tx, { action, target, data }, [])
    return userToApi(after)
  })
}

async function requireOwner(tx: Tx): Promise<void> {
  if (await tx.user.findFirst({ where: { role: 'owner', disabledAt: null }, select: { id: true } })) return
  throw new StratavoreError('invalid_state', 'This is the last owner: nobody could change anything any more.', {
    hint: 'Make somebody else an owner first.',
  })
}
