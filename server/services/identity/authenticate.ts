import type { UserRole } from '@/contracts/access/access'
import { type SignInMethod, signInMethod } from '@/contracts/identity/identity'
import type { Standing } from '../../core/access/rights'
import type { Actor } from '../../core/actor'
import { hashToken } from '../../core/token'
import type { ServiceContext } from '../service-context'
import { liveSession, liveToken } from './live-session'
import { standingInclude, standingOfToken, standingOfUser } from './standing'

/** What the token of this installation's own CLI is called. */
export const CLI_TOKEN_NAME = 'local CLI'

/** When something was last used is written down no more often than this: it is asked of every request. */
const USE_NOTED_EVERY_MS = 60_000

type IdentityContext = Pick<ServiceContext, 'db' | 'clock' | 'settings'>

/** Who is signed in, and with what. */
export interface Identity {
  actor: Actor
  role: UserRole
  /** What they may, with this credential. */
  standing: Standing
  webSessionId: string | null
  /** The browser session or API token that opened the door: what revoking it cuts. */
  credentialId: string
  /** How the browser was signed in; null for a token. */
  method: SignInMethod | null
}

/** The browser session behind a cookie value, or null. */
export async function authenticateCookie(ctx: IdentityContext, cookie: string): Promise<Identity | null> {
  const now = ctx.clock.now()
  const session = await ctx.db.prisma.webSession.findFirst({
    where: { tokenHash: hashToken(cookie), ...liveSession(ctx.settings, now) },
    include: { user: { include: standingInclude } },
  })
  if (!session) return null
  const noted = new Date(now.getTime() - USE_NOTED_EVERY_MS)
  if (session.lastUsedAt <= noted) {
    // The condition is in the statement: of many requests at once one writes.
    await ctx.db.prisma.webSession.updateMany({
      where: { id: session.id, lastUsedAt: { lte: noted } },
      data: { lastUsedAt: now },
    })
  }
  return {
    actor: { kind: 'user', id: session.user.id, name: session.user.name, via: 'browser' },
    role: session.user.role,
    standing: standingOfUser(session.user),
    webSessionId: session.id,
    credentialId: session.id,
    method: signInMethod.parse(session.method),
  }
}

/** The user behind an API token, or null. */
export async function authenticateBearer(ctx: IdentityContext, token: string): Promise<Identity | null> {
  const now = ctx.clock.now()
  const row = await ctx.db.prisma.apiToken.findFirst({
    where: { tokenHash: hashToken(token), ...liveToken(now) },
    include: { user: { include: standingInclude } },
  })
  if (!row) return null
  const noted = new Date(now.getTime() - USE_NOTED_EVERY_MS)
  if (row.lastUsedAt === null || row.lastUsedAt <= noted) {
    await ctx.db.prisma.apiToken.updateMany({
      where: { id: row.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: noted } }] },
      data: { lastUsedAt: now },
    })
  }
  return {
    actor: {
      kind: 'token',
      id: row.user.id,
      name: `${row.user.name} (${row.name})`,
      via: row.name === CLI_TOKEN_NAME ? 'cli' : 'api',
    },
    role: row.user.role,
    standing: standingOfToken(row.user, row.scopes),
    webSessionId: null,
    credentialId: row.id,
    method: null,
  }
}

/** How somebody is signed in, and with which session or token, as audit rows tell it: `password:<session id>`. */
export const credentialOf = ({ method, credentialId }: Pick<Identity, 'method' | 'credentialId'>): string =>
  `${method ?? 'token'}:${credentialId}`

/** The session or token that is told of so; null for a guest's link and for nothing. */
export function credentialNamed(credential: string | null): { kind: 'session' | 'token'; id: string } | null {
  const [how, id = ''] = credential?.split(':') ?? []
  if (how === 'token') return { kind: 'token', id }
  return signInMethod.safeParse(how).success ? { kind: 'session', id } : null
}
