import { randomBytes } from 'node:crypto'
import { hashToken } from '../../core/token'
import type { ServiceContext } from '../service-context'

/** How long a person may take to touch their key. */
export const PASSKEY_TIMEOUT_MS = 5 * 60_000
const CHALLENGE_BYTES = 32

type ChallengeContext = Pick<ServiceContext, 'db' | 'clock'>

/** What it is for: registering a passkey of this user, or signing somebody in (null), on one site. */
interface Purpose {
  userId: string | null
  rpId: string
}

/** A new challenge, kept as a hash until it is answered. Those nobody answered are swept out on the way. */
export async function newChallenge(ctx: ChallengeContext, purpose: Purpose): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(randomBytes(CHALLENGE_BYTES))
  const now = ctx.clock.now()
  await ctx.db.prisma.passkeyChallenge.deleteMany({ where: { expiresAt: { lte: now } } })
  await ctx.db.prisma.passkeyChallenge.create({
    data: {
      challengeHash: hashToken(Buffer.from(challenge).toString('base64url')),
      userId: purpose.userId,
      rpId: purpose.rpId,
      expiresAt: new Date(now.getTime() + PASSKEY_TIMEOUT_MS),
    },
  })
  return challenge
}

/** Uses a challenge (base64url) up. False for one that is unknown, used, late or for something else. */
export async function takeChallenge(ctx: ChallengeContext, challenge: string, purpose: Purpose): Promise<boolean> {
  const { count } = await ctx.db.prisma.passkeyChallenge.deleteMany({
    where: { challengeHash: hashToken(challenge), expiresAt: { gt: ctx.clock.now() }, ...purpose },
  })
  return count === 1
}
