import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import {
  type ClientToDaemon,
  type DaemonToClient,
  TERMINAL_NAMESPACE,
  type TerminalHandshake,
  type TerminalSize,
  type TerminalSnapshot,
} from '@/contracts/terminal/terminal'

type ClientSocket = Socket<ClientToDaemon, DaemonToClient>

/** A daemon's terminal gateway with one runner whose bytes are at hand, and with faults to order. */
export interface FakeTerminalServer {
  url: string
  /** All the runner ever wrote. */
  written: Uint8Array
  /** All that reached its PTY. */
  typed: Uint8Array[]
  handshakes: TerminalHandshake[]
  acks: number[]
  takeSeats: number
  /** Why connections ended. */
  left: string[]
  sizes: (TerminalSize | null)[]
  /** Answers the first `attached` and all later ones with this role. */
  role: 'driver' | 'viewer'
  epoch: number
  /** Input is written but not acknowledged, as when the connection breaks in between. */
  withholdInputAcks: boolean
  /** Input does not arrive at all. */
  loseInput: boolean
  /** After `attached` the connection is ended, as when the runner's agent is away. */
  failAttached: boolean
  /** Oldest offset that can still be replayed. */
  replayFrom: number
  /** The runner writes; `deliver: false` loses the bytes on the way. */
  write(data: string, deliver?: boolean): void
  /** Sends bytes again that were sent before. */
  repeat(from: number, to: number): void
  snapshot(reason: TerminalSnapshot['reason']): void
  emit<E extends keyof DaemonToClient>(event: E, ...args: Parameters<DaemonToClient[E]>): void
  /** Issues a ticket that works once. */
  ticket(): Promise<string>
  /** Cuts every connection. */
  cut(): void
  stop(): Promise<void>
}

const encoder = new TextEncoder()

/** Starts it on a free loopback port, or on a server that already listens. */
export async function startFakeTerminalServer(existing?: HttpServer): Promise<FakeTerminalServer> {
  const http = existing ?? createServer()
  const io = new Server<ClientToDaemon, DaemonToClient>(http, { destroyUpgrade: false })
  const namespace = io.of(TERMINAL_NAMESPACE)
  const tickets = new Set<string>()
  const writtenSeqs = new Map<string, number>()
  const attached = new Set<ClientSocket>()
  let nextTicket = 1

  const server: FakeTerminalServer = {
    url: '',
    written: new Uint8Array(),
    typed: [],
    handshakes: [],
    acks: [],
    takeSeats: 0,
    left: [],
    sizes: [],
    role: 'driver',
    epoch: 1,
    withholdInputAcks: false,
    loseInput: false,
    failAttached: false,
    replayFrom: 0,
    write(data, deliver = true) {
      const bytes = encoder.encode(data)
      const offset = server.written.byteLength
      server.written = Buffer.concat([server.written, bytes])
      if (deliver) for (const socket of attached) socket.emit('output', offset, bytes)
    },
    repeat(from, to) {
      for (const socket of attached) socket.emit('output', from, server.written.subarray(from, to))
    },
    snapshot(reason) {
      for (const socket of attached) socket.emit('snapshot', snapshotNow(reason))
    },
    emit(event, ...args) {
      for (const socket of attached) socket.emit(event, ...args)
    },
    async ticket() {
      const ticket = `ticket-${nextTicket}`
      nextTicket += 1
      tickets.add(ticket)
      return ticket
    },
    cut() {
      for (const socket of attached) socket.conn.close()
      attached.clear()
    },
    async stop() {
      await io.close()
    },
  }

  function snapshotNow(reason: TerminalSnapshot['reason']): TerminalSnapshot {
    const offset = server.written.byteLength
    return { epoch: server.epoch, offset, cols: 80, rows: 24, title: '', data: server.written, reason }
  }

  namespace.use((socket, next) => {
    const handshake = socket.handshake.auth as TerminalHandshake
    if (tickets.delete(handshake.ticket)) return next()
    next(Object.assign(new Error('no such ticket'), { data: { code: 'unauthenticated' } }))
  })

  namespace.on('connection', (socket) => {
    const handshake = socket.handshake.auth as TerminalHandshake
    const { clientId, resumeFrom } = handshake
    server.handshakes.push(handshake)
    attached.add(socket)
    socket.on('disconnect', (reason) => {
      server.left.push(reason)
      attached.delete(socket)
    })
    socket.on('input', (seq, data) => {
      if (server.loseInput) return
      if (seq > (writtenSeqs.get(clientId) ?? 0)) {
        writtenSeqs.set(clientId, seq)
        server.typed.push(typeof data === 'string' ? encoder.encode(data) : data)
      }
      if (!server.withholdInputAcks) socket.emit('inputAck', writtenSeqs.get(clientId) ?? 0)
    })
    socket.on('ack', (offset) => server.acks.push(offset))
    socket.on('resize', (size) => server.sizes.push(size))
    socket.on('takeSeat', () => {
      server.takeSeats += 1
      server.role = 'driver'
      const me = { clientId, name: 'me' }
      socket.emit('presence', { driver: me, clients: [{ ...me, readOnly: false, asks: false }], inputRecorded: false })
    })
    socket.emit('attached', {
      runnerId: 'd9b2d63d-a233-4123-847a-7090a0b4b6a1',
      epoch: server.epoch,
      role: server.role,
      readOnly: false,
      cols: handshake.cols ?? 80,
      rows: handshake.rows ?? 24,
      writtenSeq: writtenSeqs.get(clientId) ?? 0,
    })
    if (server.failAttached) {
      socket.emit('problem', { code: 'unavailable', message: 'the agent is away', fatal: false })
      socket.disconnect(true)
    } else if (resumeFrom && resumeFrom.epoch === server.epoch && resumeFrom.offset >= server.replayFrom)
      socket.emit('output', resumeFrom.offset, server.written.subarray(resumeFrom.offset))
    else socket.emit('snapshot', snapshotNow('attach'))
  })

  if (!existing) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return server
}
