import { isUuidShaped } from '@/contracts/primitives'
import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'
import { type UserRow, userInclude } from './user-to-api'

/** Serialises whoever changes users: two owners must not take each other's role at the same moment. */
export const lockUsers = (tx: Tx): Promise<void> => lockKey(tx, 'users')

/** Reads somebody by name or id and holds all users until the commit. Throws `not_found`. */
export async function lockUser(tx: Tx, ref: string): Promise<UserRow> {
  await lockUsers(tx)
  // The id first: nobody takes another's place by being called like their id.
  const byId = isUuidShaped(ref) ? await tx.user.findUnique({ where: { id: ref }, include: userInclude }) : null
  const found = byId ?? (await tx.user.findUnique({ where: { name: ref }, include: userInclude }))
  if (!found) throw notFound('user', ref)
  return found
}
