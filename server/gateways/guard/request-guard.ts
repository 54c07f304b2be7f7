import type { IncomingHttpHeaders } from 'node:http'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import type { RequestClient } from '../../core/request-client'
import { type Bound, isAllowedHost, isAllowedOrigin } from './allowed-hosts'

interface GuardedRequest {
  method: string
  headers: IncomingHttpHeaders
  upgrade: boolean
  /** Where it is from; without one, a plain connection of this machine that asks for its Host header. */
  client?: Pick<RequestClient, 'secure' | 'host'>
}

/**
 * Judges where a request comes from, before anything else is looked at. Returns why it is refused, or null.
 * Rules of security.md: exact Host and Origin lists on every request and upgrade; nothing cross-site but a plain visit.
 */
export function judgeOrigin(request: GuardedRequest, bound: Bound): string | null {
  const { origin } = request.headers
  const { secure, host } = request.client ?? { secure: false, host: request.headers.host }
  if (!isAllowedHost(host, bound, secure)) return 'this host name is not served here'
  if (origin !== undefined && !isAllowedOrigin(origin, bound, secure)) return 'requests from this origin are refused'
  const site = request.headers['sec-fetch-site']
  const visit = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate'
  if ((site === 'cross-site' || site === 'same-site') && !(visit && !request.upgrade))
    return 'cross-site requests are refused'
  return null
}

/**
 * Plain HTTP is for this machine, and for what a declared proxy says came by TLS; everything else somebody on the way
 * could read and change. What is passed on for somebody is never this machine's. Returns why it is refused, or null.
 */
export function judgeTransport(client: RequestClient, settings: { allowPlainHttp: boolean }): string | null {
  if (client.secure || settings.allowPlainHttp || client.local) return null
  return 'other machines, and what a proxy passes on, are served over TLS only: use https (docs/exposing.md)'
}

/**
 * What a request that changes something, or opens a socket, must show when a cookie is its credential: an Origin on
 * sockets, the custom header on calls. Returns why it is refused, or null.
 */
export function judgeCookieUse(request: GuardedRequest): string | null {
  if (request.upgrade) return request.headers.origin === undefined ? 'a cookie without an Origin opens no socket' : null
  if (request.method === 'GET' || request.method === 'HEAD') return null
  return request.headers[INTENT_HEADER] === undefined ? `the header ${INTENT_HEADER} is missing` : null
}
