import type { IncomingMessage, ServerResponse } from 'node:http'
import { StratavoreError } from '../core/errors'
import type { RequestClient } from '../core/request-client'
import { redeemLoginCode } from '../services/identity/redeem-login-code'
import type { SharedServices } from '../services/service-context'
import { browserOf, giveCookie } from './sign-in/browser'

/**
 * `GET /login?code=…`: exchanges the one-time code for a cookie and goes to the dashboard; a code that does not work
 * leads to the login page, which says so. A browser that only prefetches must not use the code up.
 */
export async function handleLoginLink(
  services: SharedServices,
  request: IncomingMessage,
  response: ServerResponse,
  code: string,
  client: RequestClient,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  const purpose = request.headers['sec-purpose'] ?? request.headers.purpose
  if (purpose !== undefined) {
    response.writeHead(425).end('a login link is not prefetched')
    return
  }
  try {
    const started = await redeemLoginCode(services, { code, ...browserOf(services, request, client) })
    giveCookie(services, response, client, started)
    response.writeHead(303, { location: '/' }).end()
  } catch (error) {
    if (!(error instanceof StratavoreError)) throw error
    response.writeHead(303, { location: '/login?error=link' }).end()
  }
}
