import type { z } from 'zod'
import type { User, userUpdateInput } from '@/contracts/user/user'
import { spendWaysIn } from '../identity/revoke-sessions'
import type { ServiceContext } from '../service-context'
import { revokeSharesOf } from '../share/revoke-share'
import { changeUser } from './change-user'

/** Changes somebody's role, or whether it holds in all projects. Throws what `changeUser` throws. */
export const updateUser = (ctx: ServiceContext, input: z.output<typeof userUpdateInput>): Promise<User> =>
  changeUser(ctx, input.user, 'user.update', (tx, { id }) =>
    tx.user.update({ where: { id }, data: { role: input.role, allProjects: input.allProjects } }),
  )

/** Lets somebody in no more. Their open sockets and streams are cut within seconds, and their shared links end. */
export const disableUser = (ctx: ServiceContext, input: { user: string }): Promise<User> =>
  changeUser(ctx, input.user, 'user.disable', async (tx, { id, disabledAt }) => {
    // Holds off whoever makes something by which to come in, as `takeWaysIn` does: they find their user disabled.
    await tx.user.update({ where: { id }, data: { disabledAt: disabledAt ?? ctx.clock.now() } })
    // Enabled again, they come in by what they had, not by a link that has lain about since.
    await spendWaysIn(ctx, tx, id)
    // Nor is what they showed others shown again.
    await revokeSharesOf(ctx, tx, id)
  })

/** Lets somebody in again; what they signed in with before still works unless it was revoked. */
export const enableUser = (ctx: ServiceContext, input: { user: string }): Promise<User> =>
  changeUser(ctx, input.user, 'user.enable', (tx, { id }) =>
    tx.user.update({ where: { id }, data: { disabledAt: null } }),
  )
