import { isWildcardHost } from '@/config/base-url'

/** Where the server is to be found. */
export interface Bound {
  host: string
  port: number
  /** Another address that leads here: a VPN, a tunnel or a proxy that the user set up. */
  publicUrl?: string
}

/** Names under which a server of ours may be asked for. Anything else but the public one is DNS rebinding. */
const hostNames = (host: string): string[] => {
  const own = isWildcardHost(host) ? [] : [host.includes(':') ? `[${host}]` : host]
  return [...new Set([...own, '127.0.0.1', 'localhost', '[::1]'])]
}

const isOwnHost = (header: string, bound: Bound, defaultPort: number): boolean =>
  hostNames(bound.host).some(
    (name) => header === `${name}:${bound.port}` || (bound.port === defaultPort && header === name),
  )

/** Exact match of a Host header: one of our names with our port, or the public one. Browsers leave out default ports. */
export function isAllowedHost(header: string | undefined, bound: Bound, secure = false): boolean {
  if (header === undefined) return false
  if (bound.publicUrl !== undefined && header === new URL(bound.publicUrl).host) return true
  return isOwnHost(header, bound, secure ? 443 : 80)
}

/**
 * Exact match of an Origin header: one of our names and our port with the scheme the request itself came by, or the
 * public address with its scheme.
 */
export function isAllowedOrigin(header: string, bound: Bound, secure = false): boolean {
  if (bound.publicUrl !== undefined && header === new URL(bound.publicUrl).origin) return true
  const scheme = secure ? 'https://' : 'http://'
  return header.startsWith(scheme) && isOwnHost(header.slice(scheme.length), bound, secure ? 443 : 80)
}
