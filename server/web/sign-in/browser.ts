import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestClient } from '../../core/request-client'
import { readCookie, sessionCookie, sessionCookieName } from '../../gateways/guard/session-cookie'
import type { SigningIn, StartedSession } from '../../services/identity/start-web-session'
import type { SharedServices } from '../../services/service-context'

/** The browser behind a request that signs in. */
export const browserOf = (
  services: Pick<SharedServices, 'settings'>,
  request: IncomingMessage,
  client: RequestClient,
): SigningIn => ({
  userAgent: request.headers['user-agent'] ?? null,
  address: client.address,
  replaces: readCookie(request.headers.cookie, sessionCookieName(services.settings.port, client.secure)),
})

/** Gives a browser the cookie of its new session. */
export function giveCookie(
  services: Pick<SharedServices, 'settings'>,
  response: ServerResponse,
  client: RequestClient,
  started: StartedSession,
): void {
  const name = sessionCookieName(services.settings.port, client.secure)
  response.appendHeader('set-cookie', sessionCookie(name, started.cookie, started.expiresAt))
}
