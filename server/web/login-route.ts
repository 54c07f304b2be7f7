import type { IncomingMessage, ServerResponse } from 'node:http'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import { StratavoreError } from '../core/errors'
import type { RequestClient } from '../core/request-client'
import { recordingRefusal } from '../services/identity/record-refused-sign-in'
import { redeemLoginCode } from '../services/identity/redeem-login-code'
import { whoseLoginCode } from '../services/identity/whose-login-code'
import type { SharedServices } from '../services/service-context'
import { identify } from './identify'
import { browserOf, giveCookie } from './sign-in/browser'

/**
 * Where a browser says that nobody's page leads here, or one of ours: which may be a link in what a program has printed.
 */
const FROM_HERE: ReadonlySet<string | undefined> = new Set(['none', 'same-origin', undefined])

/** Whether the person must be asked first: else any site, or a message, could make them work as whoever made the link. */
async function mustAsk(services: SharedServices, request: IncomingMessage, code: string): Promise<boolean> {
  // The page that asks first: no link and no other site's page can send it.
  if (request.headers[INTENT_HEADER] !== undefined) return false
  const site = request.headers['sec-fetch-site']
  if (Array.isArray(site) || !FROM_HERE.has(site)) return true
  const present = await identify(services, request)
  if (present === null) return false
  const owner = await whoseLoginCode(services, code)
  return owner !== null && owner.id !== present.identity.actor.id
}

/**
 * `GET /login?code=…`: exchanges the one-time code for a cookie and goes to the dashboard; a code that does not work
 * leads to the login page, which says so. Where another site leads here, or somebody else is signed in, the login page
 * asks first. A browser that only prefetches must not use the code up.
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
  if (await mustAsk(services, request, code)) {
    response.writeHead(303, { location: `/login#link=${encodeURIComponent(code)}` }).end()
    return
  }
  try {
    const redeem = () => redeemLoginCode(services, { code, ...browserOf(services, request, client) })
    giveCookie(services, response, client, await recordingRefusal(services, { method: 'link' }, client.address, redeem))
    response.writeHead(303, { location: '/' }).end()
  } catch (error) {
    if (!(error instanceof StratavoreError)) throw error
    response.writeHead(303, { location: '/login?error=link' }).end()
  }
}
