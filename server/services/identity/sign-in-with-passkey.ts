import {
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { z } from 'zod'
import type { passkeyAssertion } from '@/contracts/identity/identity'
import { StratavoreError } from '../../core/errors'
import { relyingParty, type Site } from '../../core/site'
import { withTransaction } from '../../db/database'
import type { SharedServices } from '../service-context'
import { shareWaysIn } from './hold-ways-in'
import { newChallenge, PASSKEY_TIMEOUT_MS, takeChallenge } from './passkey-challenge'
import { type SigningIn, type StartedSession, startWebSession } from './start-web-session'

const refused = (cause?: unknown): StratavoreError =>
  new StratavoreError('unauthenticated', 'This passkey does not sign in here.', { cause })

/** What the browser needs to ask for any passkey of this site: which one, and so which user, its answer says. */
export async function passkeySignInOptions(
  ctx: SharedServices,
  input: { site: Site },
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const rpId = relyingParty(input.site)
  return generateAuthenticationOptions({
    rpID: rpId,
    challenge: await newChallenge(ctx, { userId: null, rpId }),
    timeout: PASSKEY_TIMEOUT_MS,
    userVerification: 'required',
  })
}

/**
 * Signs a browser in by a passkey. Throws `unauthenticated`, with one message, for one that is unknown, of another site,
 * of a disabled user, that answers another challenge, or whose counter tells of a copy.
 */
export async function signInWithPasskey(
  ctx: SharedServices,
  input: { response: z.output<typeof passkeyAssertion>; site: Site } & SigningIn,
): Promise<StartedSession> {
  const rpId = relyingParty(input.site)
  const row = await ctx.db.prisma.passkey.findFirst({
    where: { credentialId: input.response.id, rpId, user: { disabledAt: null } },
  })
  if (!row) throw refused()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: input.response,
    expectedChallenge: (challenge) => takeChallenge(ctx, challenge, { userId: null, rpId }),
    expectedOrigin: input.site.origin,
    expectedRPID: rpId,
    credential: { id: row.credentialId, publicKey: row.publicKey, counter: Number(row.counter) },
    requireUserVerification: true,
  }).catch((error: unknown) => {
    throw refused(error)
  })
  if (!verified) throw refused()
  return withTransaction(ctx.db, async (tx) => {
    const user = await shareWaysIn(tx, row.userId)
    // Of two answers with one counter the second is a copy's.
    const used = await tx.passkey.updateMany({
      where: { id: row.id, counter: row.counter },
      data: {
        counter: authenticationInfo.newCounter,
        backedUp: authenticationInfo.credentialBackedUp,
        lastUsedAt: ctx.clock.now(),
      },
    })
    if (!user || used.count !== 1) throw refused()
    return startWebSession(ctx, tx, user, { method: 'passkey', passkeyId: row.id }, input, { passkeyId: row.id })
  })
}
