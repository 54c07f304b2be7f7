import type { ServerResponse } from 'node:http'

/** Next's own inline scripts and xterm's styles need 'unsafe-inline' until they get nonces; `next dev` evaluates. */
const policy = (dev: boolean): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'unsafe-inline'${dev ? " 'unsafe-eval'" : ''}`,
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

/** Headers of every answer. */
export function setSecurityHeaders(response: ServerResponse, dev: boolean): void {
  response.setHeader('content-security-policy', policy(dev))
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}
