import { z } from 'zod'
import { typedName, uuid } from '../primitives'
import { refusal } from './messages'

/** Where an agent exchanges its join token for a certificate: the only thing the agent port answers without one. */
export const ENROL_PATH = '/enrol'

/** A request of 256 bits of EC key is about 500 characters. */
const signingRequest = z.string().min(1).max(4096)
const certificate = z.string().max(8192)

/** An agent asks to become a node's: its token is bound to the node's name, and its key never leaves its machine. */
export const enrolRequest = z.object({
  token: z.string().min(1).max(200),
  name: typedName,
  /** PKCS #10, PEM. */
  csr: signingRequest,
})
export type EnrolRequest = z.infer<typeof enrolRequest>

/** What an agent's certificate and its trust are now. */
export const issuedIdentity = z.object({
  /** PEM, as all of it. */
  certificate,
  /** Every authority of the daemon that is to be trusted. */
  authorities: z.array(certificate).min(1).max(8),
})
export type IssuedIdentity = z.infer<typeof issuedIdentity>

export const enrolReply = issuedIdentity.extend({ nodeId: uuid, nodeName: z.string() })
export type EnrolReply = z.infer<typeof enrolReply>

export const enrolProblem = z.object({ code: z.string(), error: z.string() })

/** Over the live connection: a new key's certificate, before the old one ends. */
export const renewRequest = z.object({ csr: signingRequest })
export type RenewRequest = z.infer<typeof renewRequest>
export const renewReply = z.union([issuedIdentity.extend({ ok: z.literal(true) }), refusal])
export type RenewReply = z.infer<typeof renewReply>
