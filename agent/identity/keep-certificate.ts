import { X509Certificate } from 'node:crypto'
import { renewReply } from '@/contracts/agent-protocol/enrolment'
import type { DaemonSocket } from '../connection/commands'
import type { AgentIdentity } from './identity-file'
import { newSigningRequest } from './signing-request'

/** The rest of a certificate's life is time to try again. */
const RENEW_AFTER = 2 / 3
/** After a try that failed. */
const RETRY_MS = 60_000
const REPLY_TIMEOUT_MS = 15_000
/** Timers take no more, and clocks are set meanwhile. */
const LOOK_AGAIN_MS = 60 * 60_000

export interface CertificateKeeper {
  /** What to connect with. */
  current(): AgentIdentity
  /** A joined connection: it is renewed over this one when it is time. */
  attach(socket: DaemonSocket): void
  detach(): void
}

export interface KeeperOptions {
  identity: AgentIdentity
  /** Before the new one is used: it must outlive this process. */
  save(identity: AgentIdentity): Promise<void>
  now(): number
  after(ms: number, work: () => void): () => void
  onProblem(message: string, detail: unknown): void
}

/** When a certificate is to be renewed, in Unix milliseconds. */
export function renewAt(certificate: string): number {
  const { validFrom, validTo } = new X509Certificate(certificate)
  const from = Date.parse(validFrom)
  return from + (Date.parse(validTo) - from) * RENEW_AFTER
}

/** Renews a certificate by itself, with a new key each time, over the connection that the old one opened. */
export function keepCertificate(options: KeeperOptions): CertificateKeeper {
  let identity = options.identity
  let socket: DaemonSocket | null = null
  let cancel: () => void = () => undefined
  let renewing = false

  function plan(ms: number): void {
    cancel()
    if (socket === null) return
    cancel = options.after(Math.min(Math.max(ms, 0), LOOK_AGAIN_MS), () => {
      if (options.now() >= renewAt(identity.certificate)) void renew()
      else plan(renewAt(identity.certificate) - options.now())
    })
  }

  async function renew(): Promise<void> {
    const over = socket
    if (renewing || over === null) return
    renewing = true
    try {
      const { key, csr } = await newSigningRequest()
      const reply = renewReply.parse(await over.timeout(REPLY_TIMEOUT_MS).emitWithAck('renewCertificate', { csr }))
      if (!reply.ok) throw new Error(reply.error)
      const { certificate, authorities } = reply
      const renewed = { ...identity, key, certificate, authorities }
      await options.save(renewed)
      identity = renewed
      plan(renewAt(certificate) - options.now())
    } catch (error) {
      options.onProblem('the certificate could not be renewed', error)
      cancel()
      cancel = options.after(RETRY_MS, () => void renew())
    } finally {
      renewing = false
    }
  }

  return {
    current: () => identity,
    attach(joined) {
      socket = joined
      joined.on('renewNow', () => void renew())
      plan(renewAt(identity.certificate) - options.now())
    },
    detach() {
      socket = null
      cancel()
    },
  }
}
