import type { z } from 'zod'
import type { externalIdentity } from '@/contracts/identity/identity'
import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { endSessions } from './revoke-sessions'

/** Who a user is at identity providers. */
export async function listIdentities(
  ctx: ServiceContext,
  input: { userId: string },
): Promise<z.output<typeof externalIdentity>[]> {
  const rows = await ctx.db.prisma.externalIdentity.findMany({ where: input, orderBy: { createdAt: 'desc' } })
  return rows.map(({ id, issuer, email, createdAt, lastUsedAt }) => ({
    id,
    issuer,
    email,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }))
}

/** Disconnects an identity of `userId` (of anybody for null), and signs out the browsers that it signed in, but for the one that asks. */
export async function unlinkIdentity(
  ctx: ServiceContext,
  input: { id: string; userId: string | null; keepSession: string | null },
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const where = { id: input.id, ...(input.userId === null ? {} : { userId: input.userId }) }
    const row = await tx.externalIdentity.findFirst({ where })
    if (!row) throw notFound('identity', input.id)
    const { id: externalIdentityId, userId, issuer, subject } = row
    const openedWith = { externalIdentityId }
    const sessionsEnded = await endSessions(ctx, tx, { userId, keep: input.keepSession, openedWith })
    if ((await tx.externalIdentity.deleteMany({ where })).count !== 1) throw notFound('identity', input.id)
    const target = { type: 'external_identity', id: externalIdentityId }
    const data = { userId, issuer, subject, sessionsEnded }
    await recordChange(ctx, tx, { action: 'auth.unlink_identity', target, data }, [])
  })
}
