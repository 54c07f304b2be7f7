import type { IncomingHttpHeaders } from 'node:http'
import { type Bound, isAllowedHost, isAllowedOrigin } from './allowed-hosts'

interface GuardedRequest {
  method: string
  headers: IncomingHttpHeaders
  upgrade: boolean
}

/**
 * Judges where a request comes from, before anything else is looked at. Returns why it is refused, or null.
 * Rules of security.md: exact Host and Origin lists on every request and upgrade; nothing cross-site but a plain visit.
 */
export function judgeOrigin(request: GuardedRequest, bound: Bound): string | null {
  const { host, origin } = request.headers
  if (!isAllowedHost(host, bound)) return 'this host name is not served here'
  if (origin !== undefined && !isAllowedOrigin(origin, bound)) return 'requests from this origin are refused'
  const site = request.headers['sec-fetch-site']
  const visit = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate'
  if ((site === 'cross-site' || site === 'same-site') && !(visit && !request.upgrade))
    return 'cross-site requests are refused'
  return null
}

/** A custom header that no other site can make a browser send without asking first. */
export const INTENT_HEADER = 'x-stratavore'

/**
 * What a request that changes something, or opens a socket, must show when a cookie is its credential: an Origin on
 * sockets, the custom header on calls. Returns why it is refused, or null.
 */
export function judgeCookieUse(request: GuardedRequest): string | null {
  if (request.upgrade) return request.headers.origin === undefined ? 'a cookie without an Origin opens no socket' : null
  if (request.method === 'GET' || request.method === 'HEAD') return null
  return request.headers[INTENT_HEADER] === undefined ? `the header ${INTENT_HEADER} is missing` : null
}
