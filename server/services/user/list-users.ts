import type { User } from '@/contracts/user/user'
import { requireInInstallation } from '../../core/access/access'
import type { ServiceContext } from '../service-context'
import { userInclude, userToApi } from './user-to-api'

/** Everybody who may or might sign in, by name. */
export async function listUsers(ctx: Pick<ServiceContext, 'db' | 'access'>): Promise<User[]> {
  requireInInstallation(ctx)
  const rows = await ctx.db.prisma.user.findMany({ include: userInclude, orderBy: { name: 'asc' } })
  return rows.map(userToApi)
}
