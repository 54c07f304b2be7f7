import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { networkMatcher } from '@/config/network-list'
import { SHARE_PATH, tokenOfProtocols } from '@/contracts/share/share'
import { standingMark } from '../core/access/rights'
import { clientBlock } from '../core/client-block'
import { StratavoreError } from '../core/errors'
import type { Limits } from '../core/limits'
import { createOpenPerKey } from '../core/open-per-key'
import type { IdentityProvider } from '../core/ports/identity-provider'
import type { RequestClient } from '../core/request-client'
import { hashToken } from '../core/token'
import { asPublished, FORWARDING_HEADERS, judgeClient } from '../gateways/guard/judge-client'
import { judgeCookieUse, judgeOrigin, judgeTransport } from '../gateways/guard/request-guard'
import { credentialOf, type Identity } from '../services/identity/authenticate'
import { SHARE_MARK } from '../services/identity/valid-credentials'
import type { SharedServices } from '../services/service-context'
import { readShare, shareCredential } from '../services/share/live-share'
import { ACTIONS_PATH, handleAction } from './action-route'
import { API_PATH, type Identities } from './api-handler'
import { rememberClient } from './client-of'
import type { DaemonTunnel } from './daemon-tunnel'
import { identify } from './identify'
import type { LiveConnections, WatchedCredential } from './live-connections'
import { handleLoginLink } from './login-route'
import { handleMetrics, METRICS_PATH } from './metrics-route'
import { handleReady } from './ready-route'
import { requestTarget } from './request-target'
import { setPagePolicy, setSecurityHeaders } from './security-headers'
import { createShareRoutes } from './share-routes'
import { createSignInRoutes, type ProveHome, SIGN_IN_PATH } from './sign-in/sign-in-routes'
import { createSilentProxyWarning } from './silent-proxy'

const SOCKET_PATH = '/socket.io/'
const DEVICE_PATH = '/device'
/** Tells the login page where to go on to (components/sign-in). */
const AFTER_DEVICE = '#device'
const API_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])
const ACTION_METHODS: ReadonlySet<string> = new Set(['POST'])
const PAGE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
/** What the login page and that of shared links are made of; nothing in it is secret. */
const OPEN_PATHS =
  /^\/(login$|share$|_next\/static\/|favicon\.ico$|icon[.\w-]*$|apple-icon[.\w-]*$|manifest\.webmanifest$)/

/** Longest address that is read: the dashboard cuts its batches at half of this. */
const MAX_URL_LENGTH = 8 * 1024
/** Terminals of one user that are open at once: walls, thumbnails and scripts of many browsers stay far below. */
const MAX_SOCKETS_PER_USER = 256
/** Terminals that one shared link has open at once: a class that looks on stays below. */
const MAX_SOCKETS_PER_SHARE = 64
/** Answers one user waits for at once, event streams included. */
const MAX_REQUESTS_PER_USER = 256
/** What is told of when there is room again, seconds. */
const CAPPED_RETRY_S = '5'

interface Parts {
  services: SharedServices
  identities: Identities
  limits: Limits
  /** Null when none is set up. */
  identityProvider: IdentityProvider | null
  dev: boolean
  log: Logger
  /** Proves to the CLI of this home that this is its server. */
  prove: ProveHome
  api(request: IncomingMessage, response: ServerResponse): void
  tunnel: DaemonTunnel
  live: LiveConnections
  pages(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Next's own sockets (reload in development); null in production. */
  pageUpgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>) | null
}

const watchedCredential = ({ credentialId, standing }: Identity): WatchedCredential => ({
  id: credentialId,
  mark: standingMark(standing),
})

/** Judges every request and upgrade, then hands it to the API, the daemon or the pages. */
export function createRequestHandler(parts: Parts) {
  const { services, dev, log } = parts
  const sockets = new Set<Duplex>()
  const underWay = new Set<ServerResponse>()
  let onQuiet: () => void = () => undefined
  const isProxy = networkMatcher(services.settings.trustedProxies)
  const warnOfSilentProxy = createSilentProxyWarning(services.settings.publicUrl, log)
  const admitSocket = createOpenPerKey(MAX_SOCKETS_PER_USER)
  const admitGuest = createOpenPerKey(MAX_SOCKETS_PER_SHARE)
  const admitRequest = createOpenPerKey(MAX_REQUESTS_PER_USER)
  const signIn = createSignInRoutes(services, parts.identityProvider, parts.limits, log, parts.prove)
  const share = createShareRoutes(services, parts.limits)

  /** Who asks from where; nothing that comes later reads what a proxy said. */
  function judge(request: IncomingMessage): RequestClient {
    const { socket, headers } = request
    const client = judgeClient(
      { remoteAddress: socket.remoteAddress, encrypted: 'encrypted' in socket, headers },
      isProxy,
    )
    warnOfSilentProxy(client)
    for (const name of FORWARDING_HEADERS) delete headers[name]
    return rememberClient(request, asPublished(client, services.settings))
  }

  async function route(request: IncomingMessage, response: ServerResponse, client: RequestClient): Promise<void> {
    const method = request.method ?? 'GET'
    if ((request.url?.length ?? 0) > MAX_URL_LENGTH) return answer(response, 414, 'this address is too long')
    const url = requestTarget(request.url)
    if (!url) return answer(response, 400, 'this address cannot be read')
    const path = url.pathname
    request.url = path + url.search
    const judged = { method, headers: request.headers, upgrade: false, client }
    const refusal = judgeTransport(client, services.settings) ?? judgeOrigin(judged, services.settings)
    if (refusal) return answer(response, 403, refusal)
    if (path === '/healthz') return answer(response, 200, 'ok')
    if (path === '/readyz') return handleReady(services, response)
    if (path === '/login' && method === 'GET' && url.searchParams.has('code')) {
      return handleLoginLink(services, request, response, url.searchParams.get('code') ?? '', client)
    }
    if (path.startsWith(SIGN_IN_PATH)) return signIn(request, response, url, client)
    if (path.startsWith(SHARE_PATH)) return share(request, response, path.slice(SHARE_PATH.length), client)
    // A button on a phone has no cookie: its address is its credential.
    if (path.startsWith(ACTIONS_PATH)) {
      if (method !== 'POST') return notAllowed(response, ACTION_METHODS)
      return handleAction(services, response, path.slice(ACTIONS_PATH.length))
    }
    const who = await identify(services, request)
    if (who) {
      if (!admitRequest(who.identity.actor.id ?? who.identity.credentialId, response))
        return answer(response, 429, 'too many requests of this user are open', { 'retry-after': CAPPED_RETRY_S })
      parts.identities.set(request, who.identity)
      // An event stream stays open: its answer ends with the credential that asked for it, or with what it opens.
      parts.live.watch(watchedCredential(who.identity), response)
      const misuse = who.by === 'cookie' ? judgeCookieUse(judged) : null
      if (misuse) return answer(response, 403, misuse)
    }
    if (path === METRICS_PATH) {
      if (!who) return answer(response, 401, 'sign in first', { 'www-authenticate': 'Bearer' })
      if (!PAGE_METHODS.has(method)) return notAllowed(response, PAGE_METHODS)
      return handleMetrics(services.daemon, response, who.identity.standing)
    }
    if (path.startsWith(API_PATH)) {
      if (!API_METHODS.has(method)) return notAllowed(response, API_METHODS)
      const type = request.headers['content-type'] ?? ''
      if (method === 'POST' && !/^application\/json\b/i.test(type))
        return answer(response, 415, 'send application/json')
      return parts.api(request, response)
    }
    if (who || OPEN_PATHS.test(path) || (dev && path.startsWith('/_next/'))) {
      if (path.startsWith(SOCKET_PATH)) {
        if (!who) return answer(response, 401, 'sign in first')
        const { actor, credentialId } = who.identity
        if (!url.searchParams.has('sid')) await parts.limits.take('polling', [actor.id ?? credentialId])
        return parts.tunnel.http(request, response)
      }
      // There are no server actions and no forms: whatever is sent to a page is not meant for it.
      if (!PAGE_METHODS.has(method)) return notAllowed(response, PAGE_METHODS)
      setPagePolicy(request, response, dev)
      return parts.pages(request, response)
    }
    if (method === 'GET' && request.headers.accept?.includes('text/html')) {
      const location = path === DEVICE_PATH ? `/login${AFTER_DEVICE}` : '/login'
      response.writeHead(303, { location, 'cache-control': 'no-store' }).end()
      return
    }
    return answer(response, 401, 'sign in first')
  }

  async function routeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const client = judge(request)
    const judged = { method: 'GET', headers: request.headers, upgrade: true, client }
    const refusal = judgeTransport(client, services.settings) ?? judgeOrigin(judged, services.settings)
    if (refusal) return refuseUpgrade(socket, '403 Forbidden')
    const path = requestTarget(request.url)?.pathname
    if (!path?.startsWith(SOCKET_PATH)) {
      if (parts.pageUpgrade) return parts.pageUpgrade(request, socket, head)
      return refuseUpgrade(socket, '404 Not Found')
    }
    const shared = tokenOfProtocols(request.headers['sec-websocket-protocol'])
    if (shared !== null) return openToGuest(shared, request, socket, head, client)
    const who = await identify(services, request)
    if (who?.by === 'cookie' && judgeCookieUse(judged)) return refuseUpgrade(socket, '403 Forbidden')
    if (!who) return refuseUpgrade(socket, '401 Unauthorized')
    if (!admitSocket(who.identity.actor.id ?? who.identity.credentialId, socket))
      return refuseUpgrade(socket, '429 Too Many Requests', { 'retry-after': CAPPED_RETRY_S })
    parts.live.watch(watchedCredential(who.identity), socket)
    parts.tunnel.upgrade(request, socket, head, credentialOf(who.identity))
  }

  /** A socket of whoever holds a shared link, which is cut when the link ends. A cookie beside it counts for nothing. */
  async function openToGuest(
    token: string,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    client: RequestClient,
  ): Promise<void> {
    await parts.limits.take('share', [clientBlock(client.address)])
    const row = await readShare(services, { tokenHash: hashToken(token) })
    if (row?.kind !== 'terminal') return refuseUpgrade(socket, '401 Unauthorized')
    if (!admitGuest(row.id, socket))
      return refuseUpgrade(socket, '429 Too Many Requests', { 'retry-after': CAPPED_RETRY_S })
    parts.live.watch({ id: row.id, mark: SHARE_MARK }, socket)
    parts.tunnel.upgrade(request, socket, head, shareCredential(row.id))
  }

  return {
    request: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const client = judge(request)
      setSecurityHeaders(response, client)
      underWay.add(response)
      response.on('close', () => {
        underWay.delete(response)
        if (underWay.size === 0) onQuiet()
      })
      response.on('finish', () => {
        // The rest of a body nobody wanted is thrown away, so that its sender gets to read the refusal.
        request.resume()
        const path = loggedPath(request.url)
        const line = { method: request.method, path, status: response.statusCode, from: client.address }
        // What comes from other machines is always written down; this machine's own would be most of the log.
        if (client.local) log.debug(line, 'request')
        else log.info(line, 'request')
      })
      try {
        await route(request, response, client)
      } catch (error) {
        if (error instanceof StratavoreError && error.code === 'rate_limited')
          return answer(response, 429, error.message, { 'retry-after': String(error.retryAfterS ?? 1) })
        log.error({ err: error, path: loggedPath(request.url) }, 'a request failed')
        if (response.headersSent) response.destroy()
        else answer(response, 503, 'the server cannot answer now; try again in a moment', { 'retry-after': '1' })
      }
    },
    upgrade: async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      try {
        await routeUpgrade(request, socket, head)
      } catch (error) {
        if (error instanceof StratavoreError && error.code === 'rate_limited')
          return refuseUpgrade(socket, '429 Too Many Requests', { 'retry-after': String(error.retryAfterS ?? 1) })
        log.error({ err: error }, 'an upgrade failed')
        refuseUpgrade(socket, '503 Service Unavailable')
      }
    },
    /** Upgraded connections are not the HTTP server's any more: they are closed here. */
    closeSockets: (): void => {
      for (const socket of sockets) socket.destroy()
    },
    /** Cuts what never ends, and resolves when every other answer has gone out or `timeoutMs` have passed. */
    drained: (timeoutMs: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        onQuiet = () => {
          clearTimeout(timer)
          resolve()
        }
        for (const response of underWay) if (isEndless(response)) response.destroy()
        if (underWay.size === 0) onQuiet()
      }),
  }
}

/** Streams and long polls: what waits for news and is asked for again. */
const isEndless = (response: ServerResponse): boolean =>
  String(response.getHeader('content-type') ?? '').startsWith('text/event-stream') ||
  response.req.url?.startsWith(SOCKET_PATH) === true

/** A path as it is logged: without its query, and without the capability that is the rest of an action's path. */
function loggedPath(url: string | undefined): string {
  const path = (url ?? '').split('?', 1)[0] ?? ''
  return path.startsWith(ACTIONS_PATH) ? ACTIONS_PATH : path
}

function answer(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
    .end(text)
}

const notAllowed = (response: ServerResponse, methods: ReadonlySet<string>): void =>
  answer(response, 405, 'this method is not served here', { allow: [...methods].join(', ') })

function refuseUpgrade(socket: Duplex, status: string, headers: Record<string, string> = {}): void {
  const lines = Object.entries({ connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`)
}
