import type { SignInMethod } from '@/contracts/identity/identity'
import type { Actor } from '../../core/actor'
import { hashToken, newToken } from '../../core/token'
import type { Tx } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { SharedServices } from '../service-context'

const MAX_USER_AGENT_LENGTH = 300
const HOUR_MS = 60 * 60 * 1000

/** The browser that signs in. */
export interface SigningIn {
  userAgent: string | null
  address: string | null
  /** The session cookie it came with, if any: whoever signs in gets a new one, and the old one opens nothing more. */
  replaces: string | null
}

/** How its user proved who they are, and with which passkey or identity, whose end ends the session too. */
export type SignedInWith =
  | { method: Exclude<SignInMethod, 'passkey' | 'oidc'> }
  | { method: 'passkey'; passkeyId: string }
  | { method: 'oidc'; externalIdentityId: string }

/** What its cookie holds from now on. */
export interface StartedSession {
  cookie: string
  expiresAt: Date
}

/** Signs a user in, inside the transaction that has checked who it is. Call it last: it records the change. */
export async function startWebSession(
  ctx: SharedServices,
  tx: Tx,
  user: { id: string; name: string },
  signedInWith: SignedInWith,
  browser: SigningIn,
  detail: Record<string, unknown> = {},
): Promise<StartedSession> {
  const { method } = signedInWith
  const now = ctx.clock.now()
  const cookie = newToken('svc')
  const expiresAt = new Date(now.getTime() + ctx.settings.sessionMaxHours * HOUR_MS)
  if (browser.replaces !== null) {
    await tx.webSession.updateMany({
      where: { tokenHash: hashToken(browser.replaces), revokedAt: null },
      data: { revokedAt: now },
    })
  }
  const session = await tx.webSession.create({
    data: {
      userId: user.id,
      tokenHash: hashToken(cookie),
      userAgent: browser.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      address: browser.address,
      ...signedInWith,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
    },
  })
  const actor: Actor = { kind: 'user', id: user.id, name: user.name, via: 'browser' }
  await recordChange(
    { ...ctx, actor, source: { address: browser.address, credential: `${method}:${session.id}` } },
    tx,
    {
      action: 'auth.sign_in',
      target: { type: 'user', id: user.id },
      data: { webSessionId: session.id, method, address: browser.address, ...detail },
    },
    [
      {
        type: 'user.signed_in',
        subject: { type: 'user', id: user.id },
        project: null,
        data: { name: user.name, method },
      },
    ],
  )
  return { cookie, expiresAt }
}
