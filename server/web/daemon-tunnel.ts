import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { SHARE_PROTOCOL, tokenOfProtocols } from '@/contracts/share/share'
import { CREDENTIAL_HEADER } from '../core/credential-header'
import { FORWARDING_HEADERS } from '../gateways/guard/judge-client'

/** Credentials are judged here; the daemon has its own (tickets, agent tokens) and needs none of these. */
const WITHHELD_HEADERS = new Set<string>(['cookie', 'authorization', CREDENTIAL_HEADER, ...FORWARDING_HEADERS])

/** A header as it is passed on: of the subprotocols a shared link offers, the one that is no credential. */
const passedOn = (name: string, value: string | undefined): string | undefined =>
  name.toLowerCase() === 'sec-websocket-protocol' && tokenOfProtocols(value) !== null ? SHARE_PROTOCOL : value

export interface DaemonTunnel {
  /** Passes a polling request on. */
  http(incoming: IncomingMessage, response: ServerResponse): void
  /** Passes an upgraded connection on, byte for byte, with the word that it was opened with this credential. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, credential: string): void
}

/** Carries `/socket.io` between the public port and the daemon's Unix socket. */
export function createDaemonTunnel(socketPath: string): DaemonTunnel {
  return {
    http: (incoming, response) => {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).filter(([name]) => !WITHHELD_HEADERS.has(name)),
      )
      const { method, url: path } = incoming
      const onward = request({ socketPath, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => {
        if (response.headersSent) response.destroy()
        else response.writeHead(503, { 'retry-after': '1' }).end('the daemon is not running')
      })
      response.on('close', () => onward.destroy())
      incoming.pipe(onward)
    },
    upgrade: (incoming, socket, head, credential) => {
      const onward = connect(socketPath)
      const end = () => {
        onward.destroy()
        socket.destroy()
      }
      onward.on('error', () => {
        if (onward.connecting || onward.bytesRead === 0)
          socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\r\n')
        end()
      })
      socket.on('error', end)
      socket.on('close', end)
      onward.on('close', end)
      onward.on('connect', () => {
        const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          const name = incoming.rawHeaders[i] ?? ''
          if (!WITHHELD_HEADERS.has(name.toLowerCase()))
            lines.push(`${name}: ${passedOn(name, incoming.rawHeaders[i + 1])}`)
        }
        lines.push(`${CREDENTIAL_HEADER}: ${credential}`)
        onward.write(`${lines.join('\r\n')}\r\n\r\n`)
        if (head.length > 0) onward.write(head)
        onward.pipe(socket)
        socket.pipe(onward)
      })
      // Keystrokes are small packets: waiting to fill one is what makes a terminal feel slow.
      if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true)
    },
  }
}
