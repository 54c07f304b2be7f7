import { readFileSync, statSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { SettingsError } from '@/config/settings-error'

/**
 * Bounds of what is read before anybody is known. Headers: the largest of ours is a batch of queries in the address.
 * Times: a request that trickles in holds a connection, nothing else.
 */
const BOUNDS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 20_000,
  requestTimeout: 120_000,
} as const satisfies ServerOptions
const MAX_HEADERS = 100
/** How long a connection may say nothing before its first byte tells whether it is TLS. */
const FIRST_BYTE_MS = 10_000
/** How often the files of the certificate are looked at. */
const RELOAD_EVERY_MS = 5_000
/** The first byte of every TLS connection: a handshake record. */
const TLS_HANDSHAKE = 22

export interface CertificateFiles {
  cert: string
  key: string
}

export interface PublicServer {
  /** Refuses new connections; resolves when the last one is gone. */
  close(): Promise<void>
  /** Cuts the HTTP connections there are. */
  closeAllConnections(): void
}

interface Options {
  /** Addresses to listen on, all with the same port. */
  hosts: readonly string[]
  port: number
  certificate: CertificateFiles | null
  request: RequestListener
  upgrade(request: Parameters<RequestListener>[0], socket: Duplex, head: Buffer): void
  log: Logger
}

/**
 * Listens. With a certificate both TLS and plain HTTP are understood on the port, told apart by the first byte: who may
 * use which is judged by the request handler. Throws when the port is taken or the certificate cannot be used.
 */
export async function startPublicServer(options: Options): Promise<PublicServer> {
  const { hosts, port, certificate, log } = options
  const http = prepared(createHttpServer(BOUNDS), options)
  const tls = certificate && serveTls(certificate, options)
  const listeners: NetServer[] = []
  /** Connections that have said nothing yet. */
  const waiting = new Set<Socket>()
  for (const host of hosts) {
    const listener = createNetServer({ noDelay: true }, (socket) => {
      if (tls) tellApart(socket, waiting, (first) => (first === TLS_HANDSHAKE ? tls.server : http))
      else http.emit('connection', socket)
    })
    listeners.push(listener)
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(port, host, resolve)
    })
  }
  log.info({ hosts, port, tls: tls !== null }, 'listening')
  return {
    close: async () => {
      tls?.stop()
      await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))))
    },
    closeAllConnections: () => {
      for (const socket of waiting) socket.destroy()
      http.closeAllConnections()
      tls?.server.closeAllConnections()
    },
  }
}

function prepared<S extends Server>(server: S, { request, upgrade }: Options): S {
  server.maxHeadersCount = MAX_HEADERS
  server.on('request', request)
  server.on('upgrade', upgrade)
  // Connections are handed to it: without this it keeps no list of them, and its timeouts and closing do nothing.
  server.emit('listening')
  return server
}

/** The HTTPS server of a certificate, which follows its files. */
function serveTls(files: CertificateFiles, options: Options) {
  const server = prepared(httpsServer(files), options)
  let seen = versionOf(files)
  const timer = setInterval(() => {
    try {
      const version = versionOf(files)
      if (version === seen) return
      server.setSecureContext(readCertificate(files))
      seen = version
      options.log.info('the certificate was read again')
    } catch (error) {
      // Halfway through a renewal the two do not fit: the earlier ones serve on until they do.
      options.log.warn({ err: error }, 'the new certificate cannot be used; the earlier one stays')
    }
  }, RELOAD_EVERY_MS)
  return { server, stop: () => clearInterval(timer) }
}

function httpsServer(files: CertificateFiles) {
  const certificate = readCertificate(files)
  try {
    return createHttpsServer({ ...BOUNDS, ...certificate })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SettingsError(`STRATAVORE_TLS_CERT: the certificate and its key cannot be used: ${reason}`, {
      cause: error,
    })
  }
}

const versionOf = ({ cert, key }: CertificateFiles): string =>
  [cert, key].map((file) => `${statSync(file).mtimeMs}/${statSync(file).size}`).join(' ')

function readCertificate({ cert, key }: CertificateFiles): { cert: Buffer; key: Buffer } {
  const read = (variable: string, file: string): Buffer => {
    try {
      return readFileSync(file)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new SettingsError(`${variable}: ${file} cannot be read: ${reason}`, { cause: error })
    }
  }
  return { cert: read('STRATAVORE_TLS_CERT', cert), key: read('STRATAVORE_TLS_KEY', key) }
}

/** Hands a connection to the server that speaks its language. */
function tellApart(socket: Socket, waiting: Set<Socket>, serverOf: (first: number | undefined) => Server): void {
  const abandon = () => socket.destroy()
  waiting.add(socket)
  socket.once('close', () => waiting.delete(socket))
  socket.setTimeout(FIRST_BYTE_MS, abandon)
  socket.on('error', abandon)
  socket.once('data', (first: Buffer) => {
    waiting.delete(socket)
    socket.setTimeout(0, abandon)
    socket.off('error', abandon)
    socket.pause()
    socket.unshift(first)
    serverOf(first[0]).emit('connection', socket)
    // The server has its listeners by then; a plain one is resumed by hand, TLS reads by itself.
    process.nextTick(() => socket.resume())
  })
}
