import { signInMethod } from '@/contracts/identity/identity'
import { FULL_ACCESS } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import type { ProvedIdentity } from '../../core/ports/identity-provider'
import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext, SharedServices } from '../service-context'
import { credentialOf } from './authenticate'
import { requireLiveCaller } from './require-live-caller'

/**
 * Connects an identity with the user of a browser session that was signed in when the round trip began, and still is.
 * Throws `unauthenticated`, and `conflict` for an identity that is another user's.
 */
export async function linkIdentityOfSession(
  services: SharedServices,
  input: { sessionId: string; identity: ProvedIdentity; address: string | null },
): Promise<void> {
  const { issuer, subject, email } = input.identity
  const ctx = await onBehalfOf(services, input)
  const userId = ctx.actor.id
  await withTransaction(ctx.db, async (tx) => {
    // In this order, as signing in by it does.
    await lockKey(tx, `oidc:${issuer}\n${subject}`)
    await requireLiveCaller(ctx, tx)
    const known = await tx.externalIdentity.findUnique({ where: { issuer_subject: { issuer, subject } } })
    if (known?.userId === userId) return
    if (known) throw new StratavoreError('conflict', 'This identity is connected with another user.')
    const row = await tx.externalIdentity.create({
      data: { userId, issuer, subject, email, createdAt: ctx.clock.now() },
    })
    const target = { type: 'external_identity', id: row.id }
    await recordChange(ctx, tx, { action: 'auth.link_identity', target, data: { userId, issuer, subject } }, [])
  })
}

/** The context of whoever's session it is; the round trip has no other credential. */
async function onBehalfOf(
  services: SharedServices,
  { sessionId, address }: { sessionId: string; address: string | null },
): Promise<ServiceContext & { actor: { id: string } }> {
  const session = await services.db.prisma.webSession.findUnique({
    where: { id: sessionId },
    include: { user: true },
  })
  if (!session) throw new StratavoreError('unauthenticated', 'You are no longer signed in.')
  const { id, name } = session.user
  const credential = credentialOf({ method: signInMethod.parse(session.method), credentialId: sessionId })
  return {
    ...services,
    actor: { kind: 'user', id, name, via: 'browser' },
    access: FULL_ACCESS,
    source: { address, credential },
  }
}
