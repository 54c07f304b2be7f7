import type { IncomingMessage } from 'node:http'
import { createServer, type Server as HttpsServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import { AGENT_NAMESPACE } from '@/contracts/agent-protocol/messages'
import { issueServerCertificate } from '../core/certificates/authority'
import { type AuthoritySet, serverAuthority, trustedAt } from '../core/certificates/authority-set'
import { StratavoreError } from '../core/errors'
import type { AgentNamespace } from '../gateways/agent/agent-gateway'
import { limitAgentPort } from './agent-port-limits'
import { type ShownCertificate, shownCertificate } from './shown-certificate'

/** The daemon makes itself a new certificate at every start, and long before this. */
const SERVER_CERTIFICATE_MS = 30 * 24 * 60 * 60_000
const RENEW_BEFORE_MS = SERVER_CERTIFICATE_MS / 3
/** Whoever does not come to the point is let go. */
const HANDSHAKE_TIMEOUT_MS = 10_000
export interface AgentListenerOptions {
  host: string
  port: number
  /** Names and addresses that the certificate is for. */
  names: readonly string[]
  maxFrameBytes: number
  now(): Date
  /** Of a certificate's serial number, as far as is known at once. */
  isRevoked(serial: string): boolean
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

/** What a request's peer showed. Throws `unauthenticated` when that is no certificate of ours. */
export function certificateOf(request: IncomingMessage): ShownCertificate {
  const shown = shownCertificate(request.socket as TLSSocket)
  if (shown === null) throw new StratavoreError('unauthenticated', 'A certificate of this installation is needed.')
  return shown
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
  limitAgentPort(server, options)
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
