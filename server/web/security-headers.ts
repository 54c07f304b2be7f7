import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { RequestClient } from '../core/request-client'

/** 128 bits, as the CSP specification asks. */
const NONCE_BYTES = 16
/** A year: what browsers and their preload lists ask for. */
const HSTS = 'max-age=31536000'

/** Of everything that is no page: nothing in it is ever run or framed. */
const INERT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Of a page. xterm and React make styles of their own at run time; `next dev` evaluates. */
const pagePolicy = (nonce: string, dev: boolean): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')

/** Browsers heed it for names only; `localhost` is shared with everything else somebody develops. */
const mayPin = (host: string | undefined): boolean => {
  const name = (host ?? '').replace(/:\d+$/, '')
  return name !== '' && name !== 'localhost' && !name.startsWith('[') && isIP(name) === 0
}

/** Headers of every answer. */
export function setSecurityHeaders(response: ServerResponse, client: RequestClient): void {
  response.setHeader('content-security-policy', INERT_POLICY)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  if (client.secure && mayPin(client.host)) response.setHeader('strict-transport-security', HSTS)
}

/**
 * The policy of a page, with a nonce of this request. Next takes the nonce for its own scripts from the request's header,
 * the layout takes it from `x-nonce`; what a client sent under these names is overwritten.
 */
export function setPagePolicy(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const policy = pagePolicy(nonce, dev)
  request.headers['content-security-policy'] = policy
  request.headers['x-nonce'] = nonce
  response.setHeader('content-security-policy', policy)
}
