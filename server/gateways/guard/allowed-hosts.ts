/** Where the server is to be found. */
export interface Bound {
  host: string
  port: number
  /** Another address that leads here: a VPN or a tunnel that the user set up. */
  publicUrl?: string
}

/** Names under which a loopback server may be asked for. Anything else but the public one is DNS rebinding. */
const hostNames = (host: string): string[] => [
  ...new Set([host.includes(':') ? `[${host}]` : host, '127.0.0.1', 'localhost', '[::1]']),
]

const isOwnHost = (header: string, bound: Bound): boolean =>
  hostNames(bound.host).some((name) => header === `${name}:${bound.port}` || (bound.port === 80 && header === name))

/** Exact match of a Host header: one of our names with our port, or the public one. Browsers leave out port 80. */
export function isAllowedHost(header: string | undefined, bound: Bound): boolean {
  if (header === undefined) return false
  return isOwnHost(header, bound) || (bound.publicUrl !== undefined && header === new URL(bound.publicUrl).host)
}

/** Exact match of an Origin header: http with one of our names and our port, or the public one with its scheme. */
export function isAllowedOrigin(header: string, bound: Bound): boolean {
  if (bound.publicUrl !== undefined && header === new URL(bound.publicUrl).origin) return true
  return header.startsWith('http://') && isOwnHost(header.slice('http://'.length), bound)
}
