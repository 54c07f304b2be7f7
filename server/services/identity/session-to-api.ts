import { signInMethod, type WebSession } from '@/contracts/identity/identity'
import type { Prisma } from '../../db/generated/client'

export type SessionRow = Prisma.WebSessionGetPayload<{ include: { user: true } }>

/** A browser session as the API tells it. `current`: the id of the one that asks. */
export const sessionToApi = (row: SessionRow, current: string | null): WebSession => ({
  id: row.id,
  user: row.user.name,
  userAgent: row.userAgent,
  address: row.address,
  method: signInMethod.parse(row.method),
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  current: row.id === current,
})
