import { NodeWebSocket } from 'socket.io-client'

/**
 * A WebSocket whose masks are zero: what terminals print is neither copied nor masked on its way to the daemon, nor unmasked
 * there. Masks guard proxies against pages that choose what a browser sends (RFC 6455, 10.3); an agent is no browser, and
 * speaks on a Unix socket or TLS.
 */
export class UnmaskedWebSocket extends NodeWebSocket {
  override createSocket(uri: string, protocols: string | string[] | undefined, opts: Record<string, unknown>): unknown {
    return super.createSocket(uri, protocols, { ...opts, generateMask: (mask: Buffer) => mask.fill(0) })
  }
}
