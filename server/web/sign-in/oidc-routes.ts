import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { z } from 'zod'
import { StratavoreError } from '../../core/errors'
import type { IdentityProvider } from '../../core/ports/identity-provider'
import type { RequestClient } from '../../core/request-client'
import { open, seal } from '../../core/secret-box'
import { type Site, siteOf } from '../../core/site'
import { readCookie } from '../../gateways/guard/session-cookie'
import { linkIdentityOfSession } from '../../services/identity/link-identity-of-session'
import { recordingRefusal } from '../../services/identity/record-refused-sign-in'
import { signInWithOidc } from '../../services/identity/sign-in-with-oidc'
import type { SharedServices } from '../../services/service-context'
import { identify } from '../identify'
import { browserOf, giveCookie } from './browser'

const OIDC_PATH = '/api/auth/oidc'
/** How long a person may take at their provider. */
const ROUND_TRIP_S = 10 * 60
const SEAL_CONTEXT = 'oidc-round-trip'

/** What a browser carries through the round trip, sealed: the checks, and what the trip is for. */
const roundTrip = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  until: z.number(),
  /** Connects the identity with the user of this browser session instead of signing in. */
  linkSession: z.string().nullable(),
})

/** `GET /api/auth/oidc` leads to the identity provider, which leads back to `/api/auth/oidc/callback`. */
export function createOidcRoutes(services: SharedServices, provider: IdentityProvider | null, log: Logger) {
  const bare = `stratavore_oidc_${services.settings.port}`
  const isSecure = (site: Site): boolean => site.origin.startsWith('https:')
  // Like the session's: over TLS no neighbour and no plain connection can give a browser a round trip of their own.
  const cookieName = (site: Site): string => (isSecure(site) ? `__Host-${bare}` : bare)
  // Lax, unlike the session's: it must come along when the provider's page leads back here.
  const cookie = (value: string, seconds: number, site: Site): string =>
    `${cookieName(site)}=${value}; Path=${isSecure(site) ? '/; Secure' : OIDC_PATH}; HttpOnly; SameSite=Lax; Max-Age=${seconds}`

  function readTrip(request: IncomingMessage, site: Site): z.output<typeof roundTrip> {
    const failed = new StratavoreError('unauthenticated', 'This sign-in took too long, or began in another browser.')
    const value = readCookie(request.headers.cookie, cookieName(site))
    if (value === null) throw failed
    try {
      const text = open(services.keys.secrets, SEAL_CONTEXT, Buffer.from(value, 'base64url'))
      const trip = roundTrip.parse(JSON.parse(text))
      if (trip.until > services.clock.now().getTime()) return trip
    } catch (error) {
      log.info({ err: error }, 'the cookie of a sign-in could not be read')
    }
    throw failed
  }

  /** The browser session that asks to be connected; only a page of ours may make it ask. Throws `forbidden`. */
  async function sessionToLink(request: IncomingMessage, site: Site): Promise<string> {
    const { origin, 'sec-fetch-site': from } = request.headers
    const ours = from === undefined ? origin === site.origin : from === 'same-origin'
    const who = ours ? await identify(services, request) : null
    const session = who?.identity.webSessionId ?? null
    if (session === null) throw new StratavoreError('forbidden', 'Connect an identity in Settings, Account.')
    return session
  }

  async function begin(request: IncomingMessage, response: ServerResponse, url: URL, site: Site): Promise<void> {
    if (!provider) throw new StratavoreError('not_found', 'No identity provider is set up here.')
    const linkSession = url.searchParams.has('link') ? await sessionToLink(request, site) : null
    const { url: location, checks } = await provider.begin(`${site.origin}${OIDC_PATH}/callback`)
    const trip: z.input<typeof roundTrip> = {
      ...checks,
      until: services.clock.now().getTime() + ROUND_TRIP_S * 1000,
      linkSession,
    }
    const sealed = Buffer.from(seal(services.keys.secrets, SEAL_CONTEXT, JSON.stringify(trip))).toString('base64url')
    response.writeHead(303, { location, 'set-cookie': cookie(sealed, ROUND_TRIP_S, site) }).end()
  }

  async function finish(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    site: Site,
    client: RequestClient,
  ): Promise<void> {
    response.appendHeader('set-cookie', cookie('', 0, site))
    if (!provider) throw new StratavoreError('not_found', 'No identity provider is set up here.')
    const tried = { method: 'oidc', identity: null } as const
    const prove = async () => {
      const trip = readTrip(request, site)
      return { trip, identity: await provider.finish(new URL(`${OIDC_PATH}/callback${url.search}`, site.origin), trip) }
    }
    const { trip, identity } = await recordingRefusal(services, tried, client.address, prove)
    if (trip.linkSession !== null) {
      await linkIdentityOfSession(services, { sessionId: trip.linkSession, identity, address: client.address })
      return leadTo(response, '/settings')
    }
    const signIn = () => signInWithOidc(services, { identity, ...browserOf(services, request, client) })
    const started = await recordingRefusal(services, { ...tried, identity }, client.address, signIn)
    giveCookie(services, response, client, started)
    leadTo(response, '/')
  }

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    client: RequestClient,
    back: boolean,
  ): Promise<void> => {
    response.setHeader('cache-control', 'no-store')
    try {
      const site = siteOf(client, services.settings.publicUrl)
      await (back ? finish(request, response, url, site, client) : begin(request, response, url, site))
    } catch (error) {
      if (!(error instanceof StratavoreError)) throw error
      log.info({ err: error.cause ?? error }, 'a sign-in by the identity provider failed')
      if (error.code === 'forbidden') {
        response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(error.message)
        return
      }
      const told = error.code === 'unavailable' ? 'oidc_away' : error.code === 'conflict' ? 'oidc_taken' : 'oidc'
      response.writeHead(303, { location: `/login?error=${told}` }).end()
    }
  }
}

/**
 * Goes on by a page of ours: a redirect would still count as coming from the provider's site, and the session's cookie
 * does not come along with what comes from elsewhere.
 */
function leadTo(response: ServerResponse, path: string): void {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${path}"><title>Signed in</title><p><a href="${path}">Go on</a></p>`,
    )
}
