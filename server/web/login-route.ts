import type { IncomingMessage, ServerResponse } from 'node:http'
import { StratavoreError } from '../core/errors'
import { sessionCookie, sessionCookieName } from '../gateways/guard/session-cookie'
import { redeemLoginCode } from '../services/identity/redeem-login-code'
import type { ServiceContext } from '../services/service-context'

/**
 * `GET /login?code=…`: exchanges the one-time code for a cookie and goes to the dashboard; a code that does not work
 * leads to the login page, which says so. A browser that only prefetches must not use the code up.
 */
export async function handleLoginLink(
  services: Omit<ServiceContext, 'actor'>,
  request: IncomingMessage,
  response: ServerResponse,
  code: string,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  const purpose = request.headers['sec-purpose'] ?? request.headers.purpose
  if (purpose !== undefined) {
    response.writeHead(425).end('a login link is not prefetched')
    return
  }
  try {
    const userAgent = request.headers['user-agent'] ?? null
    const { cookie, expiresAt } = await redeemLoginCode(services, { code, userAgent })
    const name = sessionCookieName(services.settings.port)
    response.writeHead(303, { location: '/', 'set-cookie': sessionCookie(name, cookie, expiresAt) }).end()
  } catch (error) {
    if (!(error instanceof StratavoreError)) throw error
    response.writeHead(303, { location: '/login?error=link' }).end()
  }
}
