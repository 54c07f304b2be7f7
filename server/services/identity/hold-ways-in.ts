import type { Tx } from '../../db/database'
import type { User } from '../../db/generated/client'

/**
 * Holds off, until the commit, whoever ends what lets somebody in as this user: for whatever makes such a thing (a session,
 * a token, a link, a passkey). What the maker checks must be read after this: either it sees the end, or the end sees
 * what was made. Call it before any other row of theirs is locked. Null for a user who may not sign in.
 */
export async function shareWaysIn(tx: Tx, userId: string): Promise<User | null> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR SHARE`
  return tx.user.findFirst({ where: { id: userId, disabledAt: null } })
}

/** The other side: waits for all who are making such a thing, and lets nobody begin until the commit. */
export async function takeWaysIn(tx: Tx, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`
}
