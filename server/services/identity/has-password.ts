import type { ServiceContext } from '../service-context'

/** Whether a user can sign in with a password. */
export async function hasPassword(ctx: Pick<ServiceContext, 'db'>, input: { userId: string }): Promise<boolean> {
  const withOne = { id: input.userId, passwordHash: { not: null } }
  return (await ctx.db.prisma.user.count({ where: withOne })) > 0
}
