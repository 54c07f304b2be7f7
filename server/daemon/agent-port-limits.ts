import { EventEmitter } from 'node:events'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { clientBlock } from '../core/client-block'
import { createOpenPerKey } from '../core/open-per-key'
import { shownCertificate } from './shown-certificate'

const MAX_CONNECTIONS = 1_024
/** A node has one connection, two while it comes back, more while a broken line is not known to be. */
const MAX_CONNECTIONS_PER_NODE = 4
/** Of these that have not ended their handshake: in all, and of one network. */
const MAX_HANDSHAKES = 256
const MAX_HANDSHAKES_PER_ADDRESS = 32
/** Of these without a certificate, who only join: in all, and of one network. The rest is kept for agents that come back. */
const MAX_STRANGERS = 64
const MAX_STRANGERS_PER_ADDRESS = 8
/** Of these with a revoked certificate, to be told so: in all, and with the same one. */
const MAX_REVOKED = 32
const MAX_REVOKED_PER_CERTIFICATE = 1

/** The same for a connection before its handshake and after it. */
const endsOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/**
 * Keeps connections that come to nothing from shutting agents out: each kind of peer has its share of the port, and what
 * is beyond that is cut without a word.
 */
export function limitAgentPort(server: Server, options: { isRevoked(serial: string): boolean; log: Logger }): void {
  server.maxConnections = MAX_CONNECTIONS
  limitHandshakes(server)
  const admitStranger = createOpenPerKey(MAX_STRANGERS)
  const admitFrom = createOpenPerKey(MAX_STRANGERS_PER_ADDRESS)
  const admitRevoked = createOpenPerKey(MAX_REVOKED)
  const admitCertificate = createOpenPerKey(MAX_REVOKED_PER_CERTIFICATE)
  const admitNode = createOpenPerKey(MAX_CONNECTIONS_PER_NODE)
  server.on('secureConnection', (socket) => {
    // Without a look at `authorized`: that is true of a session that is taken up again, certificate or none.
    if (socket.getPeerX509Certificate() === undefined) {
      const from = clientBlock(socket.remoteAddress ?? '')
      if (!admitFrom(from, socket) || !admitStranger('all', socket)) socket.destroy()
      return
    }
    const shown = shownCertificate(socket)
    if (shown === null) {
      options.log.warn(
        { reason: String(socket.authorizationError), from: socket.remoteAddress },
        'agent certificate refused',
      )
      socket.destroy()
      return
    }
    const { nodeId, serial } = shown
    const admitted = options.isRevoked(serial)
      ? admitCertificate(serial, socket) && admitRevoked('all', socket)
      : admitNode(nodeId, socket)
    if (admitted) return
    options.log.debug({ nodeId, serial, from: socket.remoteAddress }, 'a node opens too many connections: cut')
    socket.destroy()
  })
}

/** Between the first byte and the end of a handshake: else sockets that say nothing would keep every agent out. */
function limitHandshakes(server: Server): void {
  const admit = createOpenPerKey(MAX_HANDSHAKES)
  const admitFrom = createOpenPerKey(MAX_HANDSHAKES_PER_ADDRESS)
  const handshakes = new Map<string, EventEmitter>()
  server.on('connection', (socket: Socket) => {
    const [handshake, end] = [new EventEmitter(), endsOf(socket)]
    socket.once('close', () => {
      handshakes.delete(end)
      handshake.emit('close')
    })
    if (!admitFrom(clientBlock(socket.remoteAddress ?? ''), handshake) || !admit('all', handshake)) socket.destroy()
    else handshakes.set(end, handshake)
  })
  server.on('secureConnection', (socket) => handshakes.get(endsOf(socket))?.emit('close'))
}
