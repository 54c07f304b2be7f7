interface Bound {
  host: string
  port: number
}

/** Names under which a loopback server may be asked for. Anything else is DNS rebinding. */
const hostNames = (host: string): string[] => [
  ...new Set([host.includes(':') ? `[${host}]` : host, '127.0.0.1', 'localhost', '[::1]']),
]

/** Exact match of a Host header. Browsers leave out port 80. */
export function isAllowedHost(header: string | undefined, bound: Bound): boolean {
  if (header === undefined) return false
  return hostNames(bound.host).some(
    (name) => header === `${name}:${bound.port}` || (bound.port === 80 && header === name),
  )
}

/** Exact match of an Origin header: http, one of our names, our port. */
export function isAllowedOrigin(header: string, bound: Bound): boolean {
  return header.startsWith('http://') && isAllowedHost(header.slice('http://'.length), bound)
}
