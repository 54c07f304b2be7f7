import type { SignInMethod } from '@/contracts/identity/identity'
import { MIN_PASSWORD_LENGTH } from '@/contracts/identity/identity'
import type { Actor } from '../../core/actor'
import { clientBlock } from '../../core/client-block'
import { StratavoreError } from '../../core/errors'
import type { ProvedIdentity } from '../../core/ports/identity-provider'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { SharedServices } from '../service-context'
import { countRefusedSignIn } from './count-refused-sign-in'

/** What somebody comes with who wants to be let in, without what proves it. */
type SignInTry =
  | { method: 'password'; name: string }
  | { method: 'passkey'; credentialId: string }
  | { method: 'oidc'; identity: ProvedIdentity | null }
  | { method: 'link' }

/** Nobody is signed in: who it was is what the row tells of. */
const NOBODY: Actor = { kind: 'system', id: null, name: 'not signed in', via: 'browser' }
/** What is shown of a name that nobody has and that is as long as passwords are. */
const SHOWN_OF_LONG_NAME = 4
const MAX_SHOWN = 100

/**
 * Lets somebody in by `signIn`, and where it refuses them, writes down who was tried, how and from where. Not each try is a
 * row: see countRefusedSignIn.
 */
export async function recordingRefusal<T>(
  ctx: SharedServices,
  tried: SignInTry,
  address: string,
  signIn: () => Promise<T>,
): Promise<T> {
  try {
    return await signIn()
  } catch (error) {
    if (!(error instanceof StratavoreError)) throw error
    if (error.code === 'unauthenticated') await recordRefusedSignIn(ctx, tried, address, 'refused')
    // Whoever knocks at a shut door makes up as many names as they like.
    if (error.code === 'rate_limited') await recordRefusedSignIn(ctx, { method: tried.method }, address, 'too_often')
    throw error
  }
}

async function recordRefusedSignIn(
  ctx: SharedServices,
  tried: SignInTry | { method: SignInMethod },
  address: string,
  problem: 'refused' | 'too_often',
): Promise<void> {
  const { userId, who } = await whoWasTried(ctx, tried)
  const { method } = tried
  const crowd = JSON.stringify([method, problem, userId])
  const counted = countRefusedSignIn(ctx.db, ctx.clock.now().getTime(), {
    apart: JSON.stringify([crowd, who, clientBlock(address)]),
    crowd,
  })
  if (counted === null) return
  const target = userId === null ? { type: 'sign_in', id: method } : { type: 'user', id: userId }
  const apart = counted.told === 'apart'
  const told = apart || userId !== null ? who : {}
  const data = { method, problem, ...told, tries: counted.tries, ...(apart ? {} : { from: 'many addresses' }) }
  const source = { address: apart ? address : null, credential: null }
  await withTransaction(ctx.db, (tx) =>
    recordChange({ ...ctx, actor: NOBODY, source }, tx, { action: 'auth.refused', target, data }, []),
  )
}

interface Tried {
  userId: string | null
  /** As the row tells it. */
  who: { name?: string; issuer?: string; subject?: string; email?: string | null }
}

async function whoWasTried(ctx: SharedServices, tried: SignInTry | { method: SignInMethod }): Promise<Tried> {
  const { prisma } = ctx.db
  if ('name' in tried) {
    const user = await prisma.user.findUnique({ where: { name: tried.name } })
    return { userId: user?.id ?? null, who: { name: user?.name ?? shownName(ctx, tried.name) } }
  }
  if ('credentialId' in tried) {
    const { credentialId } = tried
    const found = await prisma.passkey.findUnique({ where: { credentialId }, include: { user: true } })
    return { userId: found?.userId ?? null, who: found ? { name: found.user.name } : {} }
  }
  if (!('identity' in tried) || tried.identity === null) return { userId: null, who: {} }
  const { issuer, subject, email } = tried.identity
  const found = await prisma.externalIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    include: { user: true },
  })
  const shown = (text: string): string => text.slice(0, MAX_SHOWN)
  const who = { issuer: shown(issuer), subject: shown(subject), email: email && shown(email) }
  return { userId: found?.userId ?? null, who: found ? { ...who, name: found.user.name } : who }
}

/** A name that nobody has: it may be a password in the wrong field, and what is in the audit log stays there. */
function shownName(ctx: SharedServices, name: string): string {
  const shown = ctx.keys.known.redact(name).replace(/\p{C}/gu, '\u{FFFD}')
  return shown.length < MIN_PASSWORD_LENGTH ? shown : `${[...shown].slice(0, SHOWN_OF_LONG_NAME).join('')}…`
}
