import { createHash, X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { isIP } from 'node:net'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import { ENROL_PATH, enrolProblem, enrolReply } from '@/contracts/agent-protocol/enrolment'
import type { AgentIdentity } from './identity-file'
import { newSigningRequest } from './signing-request'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_REPLY_BYTES = 64 * 1024

export interface JoinWish {
  /** Origin of the daemon. */
  url: string
  nodeName: string
  /** `sha256:` and 64 hexadecimal digits: the authority that the daemon's certificate must be signed by. */
  fingerprint: string
  token: string
}

/** Why a machine could not join; one line for people. */
export class JoinRefused extends Error {
  override name = 'JoinRefused'
}

const fingerprintOf = (der: Buffer): string => `sha256:${createHash('sha256').update(der).digest('hex')}`

/** A name for TLS; an address has none. */
const serverNameOf = (host: string): { servername: string } | object => (isIP(host) === 0 ? { servername: host } : {})

function* chainOf(leaf: DetailedPeerCertificate): Generator<Buffer> {
  const seen = new Set<string>()
  for (let each = leaf; each?.raw !== undefined && !seen.has(each.fingerprint256); each = each.issuerCertificate) {
    seen.add(each.fingerprint256)
    yield each.raw
  }
}

/**
 * Asks the daemon which authority it goes by, and takes it only for the fingerprint that came with the token: nothing is
 * said to anybody else.
 */
function fetchAuthority({ url, fingerprint }: JoinWish): Promise<string> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      ...serverNameOf(host),
      minVersion: 'TLSv1.3',
      // Nothing is trusted yet: the chain is compared with the fingerprint, and the connection closed.
      rejectUnauthorized: false,
    })
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new JoinRefused(`${url} does not answer`)))
    socket.once('error', (error) => reject(new JoinRefused(`${url} cannot be reached by TLS: ${error.message}`)))
    socket.once('secureConnect', () => {
      const authority = [...chainOf(socket.getPeerCertificate(true))].find((der) => fingerprintOf(der) === fingerprint)
      socket.destroy()
      if (authority) resolve(new X509Certificate(authority).toString())
      else reject(new JoinRefused(`${url} is not the daemon of this fingerprint: ask for a new join command there`))
    })
  })
}

function post(url: string, authority: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(ENROL_PATH, url),
      {
        method: 'POST',
        ca: authority,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: CONNECT_TIMEOUT_MS,
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
          if (text.length > MAX_REPLY_BYTES) response.destroy(new Error('the reply is too long'))
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        response.on('error', reject)
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Exchanges a join token for a certificate of a key that is made here. Throws JoinRefused with one line. */
export async function joinDaemon(wish: JoinWish): Promise<AgentIdentity> {
  const { url, nodeName: name, token } = wish
  const authority = await fetchAuthority(wish)
  const { key, csr } = await newSigningRequest()
  const { status, text } = await post(url, authority, JSON.stringify({ token, name, csr })).catch((error: unknown) => {
    throw new JoinRefused(`${url} is refused: ${error instanceof Error ? error.message : error}`)
  })
  const answer: unknown = JSON.parse(text)
  if (status !== 200) {
    const problem = enrolProblem.safeParse(answer)
    throw new JoinRefused(problem.success ? problem.data.error : `the daemon answered ${status}`)
  }
  return { ...enrolReply.parse(answer), url, key }
}
