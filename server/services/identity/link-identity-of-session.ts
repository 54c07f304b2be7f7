import { FULL_ACCESS } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import type { ProvedIdentity } from '../../core/ports/identity-provider'
import type { SharedServices } from '../service-context'
import { liveSession } from './live-session'
import { linkIdentity } from './sign-in-with-oidc'

/** Connects an identity with the user of a browser session that was signed in when the round trip began, and still is. */
export async function linkIdentityOfSession(
  ctx: SharedServices,
  input: { sessionId: string; identity: ProvedIdentity },
): Promise<void> {
  const session = await ctx.db.prisma.webSession.findFirst({
    where: { id: input.sessionId, ...liveSession(ctx.settings, ctx.clock.now()) },
    include: { user: true },
  })
  if (!session) throw new StratavoreError('unauthenticated', 'You are no longer signed in.')
  const { user } = session
  const actor = { kind: 'user', id: user.id, name: user.name, via: 'browser' } as const
  await linkIdentity({ ...ctx, actor, access: FULL_ACCESS }, { userId: user.id, identity: input.identity })
}
