import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import { AGENT_NAMESPACE } from '@/contracts/agent-protocol/messages'
import { issueServerCertificate, nodeUri } from '../core/certificates/authority'
import { type AuthoritySet, serverAuthority, trustedAt } from '../core/certificates/authority-set'
import { clientBlock } from '../core/client-block'
import { StratavoreError } from '../core/errors'
import { createOpenPerKey } from '../core/open-per-key'
import type { AgentNamespace } from '../gateways/agent/agent-gateway'

/** The daemon makes itself a new certificate at every start, and long before this. */
const SERVER_CERTIFICATE_MS = 30 * 24 * 60 * 60_000
const RENEW_BEFORE_MS = SERVER_CERTIFICATE_MS / 3
/** Whoever does not come to the point is let go. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** A node has one connection, two while it comes back. */
const MAX_CONNECTIONS = 1_024
/** Of these that have not ended their handshake: in all, and of one network. */
const MAX_HANDSHAKES = 256
const MAX_HANDSHAKES_PER_ADDRESS = 32
/** Of these without a certificate, who only join: in all, and of one network. The rest is kept for agents that come back. */
const MAX_STRANGERS = 64
const MAX_STRANGERS_PER_ADDRESS = 8

export interface AgentListenerOptions {
  host: string
  port: number
  /** Names and addresses that the certificate is for. */
  names: readonly string[]
  maxFrameBytes: number
  now(): Date
  /** Everything that is no agent's connection. */
  onRequest: Parameters<typeof createServer>[1]
  log: Logger
}

export interface AgentListener {
  namespace: AgentNamespace
  /** Takes these authorities for what they are now; renews its own certificate when it is due. */
  use(authorities: AuthoritySet): Promise<void>
  close(): Promise<void>
}

/** The same for a connection before its handshake and after it. */
const endsOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/** The node a TLS peer's certificate is for, and its serial number. Throws `unauthenticated` when it shows none of ours. */
export function certificateOf(request: IncomingMessage): { nodeId: string; serial: string } {
  const socket = request.socket as TLSSocket
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  // One name, the node's: a certificate with more in it is none of ours, whoever signed it.
  const [, nodeId] = /^URI:urn:stratavore:node:([0-9a-f-]{36})$/.exec(certificate?.subjectAltName ?? '') ?? []
  if (certificate === undefined || nodeId === undefined || !certificate.subjectAltName?.endsWith(nodeUri(nodeId)))
    throw new StratavoreError('unauthenticated', 'A certificate of this installation is needed.')
  return { nodeId, serial: certificate.serialNumber.toLowerCase() }
}

/**
 * Listens for agents of other machines: TLS 1.3 with certificates of both sides. Who shows a certificate that is not ours
 * or has ended is cut off before a word is said; who shows none is heard by `onRequest` only. Rejects when the port is
 * taken.
 */
export async function listenForAgents(options: AgentListenerOptions, first: AuthoritySet): Promise<AgentListener> {
  const { host, port, names, now, log } = options
  let used = ''
  let expiresAt = new Date(0)

  async function contextFor(authorities: AuthoritySet) {
    const authority = serverAuthority(authorities, now())
    const own = await issueServerCertificate(authority, {
      names,
      now: now(),
      lifetimeMs: SERVER_CERTIFICATE_MS,
    })
    expiresAt = own.expiresAt
    used = JSON.stringify(trustedAt(authorities, now()).map(({ certificate }) => certificate))
    return {
      key: own.key,
      // With the authority: who joins compares that with the fingerprint it was given.
      cert: `${own.certificate}\n${authority.certificate}`,
      ca: trustedAt(authorities, now()).map(({ certificate }) => certificate),
    }
  }

  const server: HttpsServer = createServer(
    {
      ...(await contextFor(first)),
      requestCert: true,
      // Judged below: who joins has no certificate yet.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      headersTimeout: HANDSHAKE_TIMEOUT_MS,
      requestTimeout: HANDSHAKE_TIMEOUT_MS,
      maxHeaderSize: 8_192,
    },
    options.onRequest,
  )
  server.maxConnections = MAX_CONNECTIONS
  /** Between the first byte and the end of a handshake: else sockets that say nothing would keep every agent out. */
  const admitHandshake = createOpenPerKey(MAX_HANDSHAKES)
  const admitHandshakeFrom = createOpenPerKey(MAX_HANDSHAKES_PER_ADDRESS)
  const handshakes = new Map<string, EventEmitter>()
  server.on('connection', (socket: Socket) => {
    const [handshake, end] = [new EventEmitter(), endsOf(socket)]
    socket.once('close', () => {
      handshakes.delete(end)
      handshake.emit('close')
    })
    if (!admitHandshakeFrom(clientBlock(socket.remoteAddress ?? ''), handshake) || !admitHandshake('all', handshake))
      socket.destroy()
    else handshakes.set(end, handshake)
  })
  const admitStranger = createOpenPerKey(MAX_STRANGERS)
  const admitFrom = createOpenPerKey(MAX_STRANGERS_PER_ADDRESS)
  server.on('secureConnection', (socket) => {
    handshakes.get(endsOf(socket))?.emit('close')
    if (socket.authorized) return
    if (socket.getPeerX509Certificate() === undefined) {
      const from = clientBlock(socket.remoteAddress ?? '')
      if (!admitFrom(from, socket) || !admitStranger('all', socket)) socket.destroy()
      return
    }
    log.warn({ reason: String(socket.authorizationError), from: socket.remoteAddress }, 'agent certificate refused')
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    log.debug({ reason: error.message, from: socket.remoteAddress }, 'no TLS with whoever dialled the agent port')
    socket.destroy()
  })

  const io = new Server(server, {
    transports: ['websocket'],
    maxHttpBufferSize: options.maxFrameBytes,
    serveClient: false,
    perMessageDeflate: false,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
    allowRequest: (request, decide) => {
      try {
        certificateOf(request)
        decide(null, true)
      } catch {
        decide('a certificate of this installation is needed', false)
      }
    },
  })
  // Everybody could enter the namespace `/` otherwise.
  io.of('/').use((_socket, next) => next(new Error('refused')))

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

  return {
    namespace: io.of(AGENT_NAMESPACE),
    use: async (authorities) => {
      const trusted = JSON.stringify(trustedAt(authorities, now()).map(({ certificate }) => certificate))
      if (trusted === used && expiresAt.getTime() - now().getTime() > RENEW_BEFORE_MS) return
      server.setSecureContext({ ...(await contextFor(authorities)), minVersion: 'TLSv1.3' })
    },
    close: async () => {
      await io.close()
      server.closeAllConnections()
    },
  }
}
