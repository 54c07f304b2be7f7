import { invalidInput } from '../../core/errors'
import type { ServiceContext } from '../service-context'

/** The id of the service of this name. People make their own tokens: throws `invalid_input` for a user who is no service. */
export async function findService(ctx: Pick<ServiceContext, 'db'>, name: string): Promise<string> {
  const user = await ctx.db.prisma.user.findFirst({ where: { name, role: 'service', disabledAt: null } })
  if (!user) throw invalidInput('user', 'is no service')
  return user.id
}
