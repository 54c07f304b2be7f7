import type { z } from 'zod'
import type { grantInput, revokeInput, User } from '@/contracts/user/user'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { changeUser } from './change-user'

/** Opens a project to somebody, as operator or viewer; never more than their role. */
export const grantProject = (ctx: ServiceContext, input: z.output<typeof grantInput>): Promise<User> =>
  changeUser(ctx, input.user, 'user.grant', async (tx, { id: userId }) => {
    const { id: projectId } = await findProject(ctx, tx, input.project)
    const key = { userId, projectId }
    const { role } = input
    await tx.projectGrant.upsert({ where: { userId_projectId: key }, create: { ...key, role }, update: { role } })
  })

/** Takes a project away from somebody. Without a grant there is nothing to do. */
export const revokeProject = (ctx: ServiceContext, input: z.output<typeof revokeInput>): Promise<User> =>
  changeUser(ctx, input.user, 'user.revoke', async (tx, { id: userId }) => {
    const { id: projectId } = await findProject(ctx, tx, input.project)
    await tx.projectGrant.deleteMany({ where: { userId, projectId } })
  })
