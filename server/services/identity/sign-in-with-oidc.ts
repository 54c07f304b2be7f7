import { isUuidShaped } from '@/contracts/primitives'
import { StratavoreError } from '../../core/errors'
import type { ProvedIdentity } from '../../core/ports/identity-provider'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { SharedServices } from '../service-context'
import { shareWaysIn } from './hold-ways-in'
import { mayBecomeUser } from './judge-new-user'
import { type SigningIn, type StartedSession, startWebSession } from './start-web-session'

const stranger = (): StratavoreError =>
  new StratavoreError('unauthenticated', 'Nobody here is known under this identity.', {
    hint: 'An owner can allow it, or sign in another way and connect it in Settings, Account.',
  })

/**
 * Signs in whoever an identity provider vouches for. They are known by issuer and subject; else by an address that the
 * provider has verified and an owner has given to a user here; else they become a user, where the settings allow it.
 * Throws `unauthenticated`.
 */
export async function signInWithOidc(
  ctx: SharedServices,
  input: { identity: ProvedIdentity } & SigningIn,
): Promise<StartedSession> {
  const { identity } = input
  const { issuer, subject } = identity
  return withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, `oidc:${issuer}\n${subject}`)
    const now = ctx.clock.now()
    const link = await tx.externalIdentity.findUnique({ where: { issuer_subject: { issuer, subject } } })
    const found = link?.userId ?? (await userOfAddress(tx, identity))?.id
    const user = found === undefined ? await createUser(ctx, tx, identity) : await shareWaysIn(tx, found)
    if (!user) throw stranger()
    const externalIdentityId = await noteIdentity(
      tx,
      link?.id ?? null,
      { userId: user.id, issuer, subject, email: identity.email },
      now,
    )
    const how = link ? 'known' : found ? 'by address' : 'new user'
    return startWebSession(ctx, tx, user, { method: 'oidc', externalIdentityId }, input, { issuer, subject, how })
  })
}

/** Writes down that it was used, or connects it; its id. Throws `unauthenticated` for one that was disconnected in this moment. */
async function noteIdentity(
  tx: Tx,
  known: string | null,
  who: { userId: string; issuer: string; subject: string; email: string | null },
  now: Date,
): Promise<string> {
  if (known === null)
    return (await tx.externalIdentity.create({ data: { ...who, createdAt: now, lastUsedAt: now } })).id
  const data = { email: who.email, lastUsedAt: now }
  const { count } = await tx.externalIdentity.updateMany({ where: { id: known, userId: who.userId }, data })
  if (count !== 1) throw stranger()
  return known
}

/**
 * The user to whom an owner gave this address; one that is not verified is anybody's. Throws `unauthenticated` for a
 * second subject of one issuer: addresses are given to the next of that name, users are not.
 */
async function userOfAddress(tx: Tx, { issuer, email, emailVerified }: ProvedIdentity) {
  if (email === null || !emailVerified) return null
  await lockKey(tx, `oidc-address:${issuer}\n${email.toLowerCase()}`)
  const user = await tx.user.findFirst({ where: { email: { equals: email, mode: 'insensitive' } } })
  if (user && (await tx.externalIdentity.findFirst({ where: { userId: user.id, issuer } }))) throw stranger()
  return user
}

async function createUser(ctx: SharedServices, tx: Tx, identity: ProvedIdentity) {
  if (!mayBecomeUser(identity, ctx.settings.oidcAllowed)) throw stranger()
  const email = identity.emailVerified ? identity.email : null
  return tx.user.create({
    data: {
      name: await freeName(tx, nameOf(identity)),
      email,
      role: ctx.settings.oidcNewRole,
      createdAt: ctx.clock.now(),
    },
  })
}

/** Longest name of a user that is made of something else. */
const MAX_NAME = 48

/** What they are called there, in the letters that names have here; never anything that could be another user's id. */
function nameOf({ name, email, subject }: ProvedIdentity): string {
  const wanted = [name, email?.split('@', 1)[0], subject].map((text) => inLetters(text ?? ''))
  return wanted.find((text) => text !== '' && !isUuidShaped(text)) ?? 'user'
}

function inLetters(text: string): string {
  const letters = text.normalize('NFKC').replace(/[^\p{L}\p{N}._-]+/gu, '-')
  return letters.replace(/^[-.]+|[-.]+$/g, '').slice(0, MAX_NAME)
}

async function freeName(tx: Tx, wanted: string): Promise<string> {
  const rows = await tx.user.findMany({ where: { name: { startsWith: wanted } }, select: { name: true } })
  const taken = new Set(rows.map(({ name }) => name))
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`
  return name
}
