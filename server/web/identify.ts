import type { IncomingMessage } from 'node:http'
import { readCookie, sessionCookieName } from '../gateways/guard/session-cookie'
import { authenticateBearer, authenticateCookie, type Identity } from '../services/identity/authenticate'
import type { ServiceContext } from '../services/service-context'
import { clientOf } from './client-of'

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/

/** Who sends a request, by bearer token or cookie, or null. A token in the URL is no credential. */
export async function identify(
  services: Pick<ServiceContext, 'db' | 'clock' | 'settings'>,
  request: IncomingMessage,
): Promise<{ identity: Identity; by: 'cookie' | 'bearer' } | null> {
  const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    const identity = await authenticateBearer(services, bearer)
    return identity && { identity, by: 'bearer' }
  }
  const cookie = readCookie(request.headers.cookie, sessionCookieName(services.settings.port, clientOf(request).secure))
  if (cookie === null) return null
  const identity = await authenticateCookie(services, cookie)
  return identity && { identity, by: 'cookie' }
}
