import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { ManagerOptions, SocketOptions } from 'socket.io-client'

/** Where the daemon is: a Unix socket, or an origin such as `https://host:7717`. */
export type DaemonAddress = { kind: 'unix'; path: string } | { kind: 'url'; url: string }

/** Reads `unix:/path` or an https origin. Null for anything else: what is not encrypted is not spoken off this machine. */
export function parseDaemonAddress(text: string): DaemonAddress | null {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) }
  if (!URL.canParse(text)) return null
  const { protocol, origin } = new URL(text)
  return protocol === 'https:' ? { kind: 'url', url: origin } : null
}

/** Whatever the host is called: the connection never leaves the Unix socket. */
const UNIX_ORIGIN = 'http://localhost'

export const originOf = (address: DaemonAddress): string => (address.kind === 'unix' ? UNIX_ORIGIN : address.url)

/** Options that make socket.io-client dial a Unix socket. */
export function dialOptions(address: DaemonAddress): Partial<ManagerOptions & SocketOptions> {
  if (address.kind === 'url') return {}
  const agent = new Agent()
  Object.assign(agent, { createConnection: () => connect(address.path) })
  // The type names the browser's variant; Node's client hands it to `ws` as it is.
  return { agent: agent as unknown as string }
}
