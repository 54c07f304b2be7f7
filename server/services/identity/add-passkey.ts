import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { z } from 'zod'
import type { addPasskeyInput, Passkey } from '@/contracts/identity/identity'
import { notFound, StratavoreError } from '../../core/errors'
import { relyingParty, type Site } from '../../core/site'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { passkeyToApi } from './list-passkeys'
import { newChallenge, PASSKEY_TIMEOUT_MS, takeChallenge } from './passkey-challenge'
import { requireLiveCaller } from './require-live-caller'

const MAX_PASSKEYS = 25

/** What the browser needs to make a passkey of a user for this site. */
export async function passkeyRegistrationOptions(
  ctx: ServiceContext,
  input: { userId: string; site: Site },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const rpId = relyingParty(input.site)
  const user = await ctx.db.prisma.user.findUnique({ where: { id: input.userId }, include: { passkeys: true } })
  if (!user) throw notFound('user', input.userId)
  return generateRegistrationOptions({
    rpName: 'Stratavore',
    rpID: rpId,
    userName: user.name,
    userID: new Uint8Array(Buffer.from(user.id)),
    challenge: await newChallenge(ctx, { userId: user.id, rpId }),
    timeout: PASSKEY_TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: user.passkeys
      .filter((known) => known.rpId === rpId)
      .map((known) => ({ id: known.credentialId, transports: known.transports })),
    // It names its user by itself, and asks for a finger or a PIN: it stands in for name and password.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** Keeps a passkey that the browser has made. Throws `invalid_input` for an answer that does not hold. */
export async function addPasskey(
  ctx: ServiceContext,
  input: z.output<typeof addPasskeyInput> & { userId: string; site: Site },
): Promise<Passkey> {
  const { userId, name, site } = input
  const rpId = relyingParty(site)
  const { registrationInfo: made } = await verifyRegistrationResponse({
    response: input.response,
    expectedChallenge: (challenge) => takeChallenge(ctx, challenge, { userId, rpId }),
    expectedOrigin: site.origin,
    expectedRPID: rpId,
    requireUserVerification: true,
  }).catch((error: unknown) => {
    throw new StratavoreError('invalid_input', 'The passkey was not accepted: start over.', { cause: error })
  })
  if (!made) throw new StratavoreError('invalid_input', 'The passkey was not accepted: start over.')
  return withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    if ((await tx.passkey.count({ where: { userId } })) >= MAX_PASSKEYS)
      throw new StratavoreError('quota_exceeded', `A user has at most ${MAX_PASSKEYS} passkeys.`)
    if (await tx.passkey.findUnique({ where: { credentialId: made.credential.id } }))
      throw new StratavoreError('conflict', 'This passkey is known already.')
    const row = await tx.passkey.create({
      data: {
        userId,
        name,
        rpId,
        credentialId: made.credential.id,
        publicKey: new Uint8Array(made.credential.publicKey),
        counter: made.credential.counter,
        transports: made.credential.transports ?? [],
        backedUp: made.credentialBackedUp,
        createdAt: ctx.clock.now(),
      },
    })
    const target = { type: 'passkey', id: row.id }
    await recordChange(ctx, tx, { action: 'passkey.add', target, data: { userId, name, site: rpId } }, [])
    return passkeyToApi(row)
  })
}
