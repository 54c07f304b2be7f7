import type { Passkey } from '@/contracts/identity/identity'
import type { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'

/** A passkey as the API tells it. */
export const passkeyToApi = (row: Prisma.PasskeyGetPayload<object>): Passkey => ({
  id: row.id,
  name: row.name,
  site: row.rpId,
  synced: row.backedUp,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
})

/** Passkeys of a user, newest first. */
export async function listPasskeys(ctx: ServiceContext, input: { userId: string }): Promise<Passkey[]> {
  const rows = await ctx.db.prisma.passkey.findMany({ where: input, orderBy: { createdAt: 'desc' } })
  return rows.map(passkeyToApi)
}
