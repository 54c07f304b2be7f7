import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { attemptConnection } from '@/agent/connection/attempt'
import type { Credentials } from '@/agent/connection/credentials'
import { newSigningRequest } from '@/agent/identity/signing-request'
import {
  createAuthority,
  issueNodeCertificate,
  issueServerCertificate,
  type KeyPair,
} from '@/server/core/certificates/authority'
import { waitUntil } from '../../support/wait-until'

// An agent that has joined, and something else where its daemon was: it speaks TLS, and says what it likes.

const DAY_MS = 24 * 60 * 60_000
const HOST = '127.0.0.1'
const day = { now: new Date(), lifetimeMs: DAY_MS }

let authority: KeyPair
let credentials: Credentials
let server: Server | null = null

async function nodeCertificate(): Promise<KeyPair & { nodeId: string }> {
  const { key, csr } = await newSigningRequest()
  const nodeId = randomUUID()
  const issued = await issueNodeCertificate(authority, { nodeId, csr, ...day })
  if (issued === null) throw new Error('no certificate was made')
  return { key, certificate: issued.certificate, nodeId }
}

beforeAll(async () => {
  // What an agent may find in its environment, and must not heed.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  authority = await createAuthority(day.now)
  const { key, certificate, nodeId } = await nodeCertificate()
  credentials = { auth: { nodeId }, tls: { ca: [authority.certificate], cert: certificate, key } }
})
afterEach(() => server?.close())
afterAll(() => vi.unstubAllEnvs())

/** Dials who shows this certificate. How the attempt ended, and what was sent to it within TLS, until it was over for both. */
async function dial({ key, certificate }: KeyPair): Promise<{ reason: string; sent: string }> {
  let [sent, opened, closed] = ['', 0, 0]
  const listening = createServer({ key, cert: certificate, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      sent += data.toString('latin1')
      // The daemon that it is not would answer: this is enough to be read.
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
    })
  })
  server = listening
  listening.on('connection', (socket) => {
    opened += 1
    socket.once('close', () => {
      closed += 1
    })
  })
  await new Promise<void>((resolve) => listening.listen(0, HOST, resolve))
  const url = `https://${HOST}:${(listening.address() as AddressInfo).port}`
  const attempt = attemptConnection({
    address: { kind: 'url', url },
    credentials,
    joinRequest: () => Promise.reject(new Error('nothing is joined here')),
    onConnected: () => expect.fail('it took it for its daemon'),
    onJoined: () => expect.fail('it joined'),
  })
  const reason = await attempt.over
  await waitUntil('its connections are over', () => opened > 0 && closed === opened)
  return { reason, sent }
}

it('speaks to the daemon that its authority vouches for, at the address it dials', async () => {
  const { sent } = await dial(await issueServerCertificate(authority, { names: [HOST], ...day }))
  expect(sent).toMatch(/^GET \/socket\.io\//)
})

const impostors: [string, () => Promise<KeyPair>][] = [
  [
    'of another authority',
    async () => issueServerCertificate(await createAuthority(day.now), { names: [HOST], ...day }),
  ],
  [
    'whose certificate has ended',
    () =>
      issueServerCertificate(authority, { names: [HOST], now: new Date(Date.now() - 3 * DAY_MS), lifetimeMs: DAY_MS }),
  ],
  [
    'whose certificate is for another server',
    () => issueServerCertificate(authority, { names: ['daemon.example', '127.0.0.2'], ...day }),
  ],
  ['that is another node of its authority', nodeCertificate],
]

it.each(impostors)('sends nothing to a daemon %s', async (_who, certificate) => {
  expect(await dial(await certificate())).toEqual({ reason: 'websocket error', sent: '' })
})
