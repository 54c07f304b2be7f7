import type { ApiToken } from '@/contracts/identity/identity'
import type { Prisma } from '../../db/generated/client'
import { CLI_TOKEN_NAME } from './authenticate'

export type TokenRow = Prisma.ApiTokenGetPayload<{ include: { user: true } }>

/** An API token as the API tells it: all but what opens doors, of which only the hash is kept. */
export const tokenToApi = (row: TokenRow): ApiToken => ({
  id: row.id,
  user: row.user.name,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  local: row.name === CLI_TOKEN_NAME,
})
