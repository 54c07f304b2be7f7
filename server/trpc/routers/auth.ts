import { z } from 'zod'
import { createLoginCode } from '../../services/identity/create-login-code'
import { signOut } from '../../services/identity/sign-out'
import { procedure, router } from '../trpc'

const me = z.object({ user: z.object({ id: z.string().nullable(), name: z.string(), role: z.string() }) })

export const authRouter = router({
  /** Who is signed in. */
  me: procedure.output(me).query(({ ctx }) => {
    const { actor, role } = ctx.identity
    return { user: { id: actor.id, name: actor.name, role } }
  }),
  /** Ends this browser's session. A token is not a session: nothing happens to it. */
  signOut: procedure.mutation(async ({ ctx }) => {
    const { webSessionId } = ctx.identity
    if (webSessionId) await signOut(ctx.services, { webSessionId })
    return { ok: true as const }
  }),
  /** A one-time link that signs a browser in as the caller. */
  createLoginLink: procedure.output(z.object({ url: z.string(), expiresAt: z.string() })).mutation(async ({ ctx }) => {
    const { code, expiresAt } = await createLoginCode(ctx.services)
    return { url: `${ctx.origin}/login?code=${code}`, expiresAt }
  }),
})
