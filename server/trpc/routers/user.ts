import { z } from 'zod'
import {
  createdUser,
  grantInput,
  loginLink,
  ownRights as ownRightsOutput,
  passwordReset,
  passwordResetInput,
  revokeInput,
  user,
  userCreateInput,
  userInput,
  userUpdateInput,
} from '@/contracts/user/user'
import type { LoginCode } from '../../services/identity/create-login-code'
import { createUser } from '../../services/user/create-user'
import { grantProject, revokeProject } from '../../services/user/grant-project'
import { inviteUser } from '../../services/user/invite-user'
import { listUsers } from '../../services/user/list-users'
import { ownRights } from '../../services/user/own-rights'
import { resetPassword } from '../../services/user/reset-password'
import { disableUser, enableUser, updateUser } from '../../services/user/update-user'
import { requireAllScopes } from '../require-all-scopes'
import { procedure, router } from '../trpc'

const ADMIN = { may: 'admin', of: 'installation' } as const
const administered = procedure(ADMIN)

const linkOf = (origin: string, { code, expiresAt }: LoginCode) => ({ url: `${origin}/login?code=${code}`, expiresAt })

export const userRouter = router({
  /** What the caller may. */
  rights: procedure({ of: 'caller', reads: 'open' })
    .output(ownRightsOutput)
    .query(({ ctx }) => ownRights(ctx.services)),
  /** Everybody, with what they may. */
  list: procedure({ ...ADMIN, reads: { sensitive: 'user' } })
    .output(z.array(user))
    .query(({ ctx }) => listUsers(ctx.services)),
  /** Makes a user, and a one-time link for their browser. */
  create: administered
    .input(userCreateInput)
    .output(createdUser)
    .mutation(async ({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      const { user: made, code } = await createUser(ctx.services, input)
      return { user: made, link: code && linkOf(ctx.origin, code) }
    }),
  /** A new one-time link for somebody. */
  invite: administered
    .input(userInput)
    .output(loginLink)
    .mutation(async ({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      return linkOf(ctx.origin, await inviteUser(ctx.services, input))
    }),
  /** Forgets somebody's password, signs their browsers out, ends their shared links, and makes a one-time link by which they come in again. */
  resetPassword: administered
    .input(passwordResetInput)
    .output(passwordReset)
    .mutation(async ({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      const { ended, ...code } = await resetPassword(ctx.services, input)
      return { ...linkOf(ctx.origin, code), ended }
    }),
  /** Changes a role, or whether it holds in all projects. */
  update: administered
    .input(userUpdateInput)
    .output(user)
    .mutation(({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      return updateUser(ctx.services, input)
    }),
  /** Opens a project to somebody. */
  grant: administered
    .input(grantInput)
    .output(user)
    .mutation(({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      return grantProject(ctx.services, input)
    }),
  revoke: administered
    .input(revokeInput)
    .output(user)
    .mutation(({ ctx, input }) => revokeProject(ctx.services, input)),
  disable: administered
    .input(userInput)
    .output(user)
    .mutation(({ ctx, input }) => disableUser(ctx.services, input)),
  enable: administered
    .input(userInput)
    .output(user)
    .mutation(({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      return enableUser(ctx.services, input)
    }),
})
