import type { Actor } from '../../core/actor'
import { hashToken } from '../../core/token'
import type { ServiceContext } from '../service-context'

type IdentityContext = Pick<ServiceContext, 'db' | 'clock'>

/** Who is signed in, and with what. */
export interface Identity {
  actor: Actor
  role: 'owner' | 'operator' | 'viewer' | 'service'
  webSessionId: string | null
  /** The browser session or API token that opened the door: what revoking it cuts. */
  credentialId: string
}

/** The browser session behind a cookie value, or null. */
export async function authenticateCookie(ctx: IdentityContext, cookie: string): Promise<Identity | null> {
  const session = await ctx.db.prisma.webSession.findUnique({
    where: { tokenHash: hashToken(cookie) },
    include: { user: true },
  })
  if (!session || session.revokedAt || session.user.disabledAt || session.expiresAt <= ctx.clock.now()) return null
  return {
    actor: { kind: 'user', id: session.user.id, name: session.user.name, via: 'browser' },
    role: session.user.role,
    webSessionId: session.id,
    credentialId: session.id,
  }
}

/** The user behind an API token, or null. */
export async function authenticateBearer(ctx: IdentityContext, token: string): Promise<Identity | null> {
  const row = await ctx.db.prisma.apiToken.findUnique({
    where: { tokenHash: hashToken(token) },
    include: { user: true },
  })
  if (!row || row.revokedAt || row.user.disabledAt || (row.expiresAt && row.expiresAt <= ctx.clock.now())) return null
  return {
    actor: { kind: 'token', id: row.user.id, name: `${row.user.name} (${row.name})`, via: 'api' },
    role: row.user.role,
    webSessionId: null,
    credentialId: row.id,
  }
}
