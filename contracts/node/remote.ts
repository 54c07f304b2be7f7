import { z } from 'zod'
import { timestamp, typedName, uuid } from '../primitives'
import { nodeRef } from './node-name'

/** Longest that a join token is good for. */
export const MAX_JOIN_MINUTES = 15

export const joinTokenInput = z.object({
  name: typedName,
  minutes: z.number().int().min(1).max(MAX_JOIN_MINUTES).default(MAX_JOIN_MINUTES),
})
export type JoinTokenInput = z.input<typeof joinTokenInput>

/** Shown once: only the token's hash is kept. */
export const joinToken = z.object({
  id: uuid,
  node: z.string(),
  token: z.string(),
  expiresAt: timestamp,
  /** Where the other machine finds the daemon, the address to use first. */
  addresses: z.array(z.string()),
  /** Of the authority that the other machine is to trust. */
  fingerprint: z.string(),
  /** To run on the other machine; reads the token from its standard input. */
  command: z.string(),
})
export type JoinToken = z.infer<typeof joinToken>

export const nodeRefInput = z.object({ node: nodeRef })
export const nodeRevokeInput = z.object({
  node: nodeRef,
  /** The node's name again: revoking is confirmed by name. */
  confirmName: z.string(),
})
export const nodeDrainInput = z.object({ node: nodeRef, draining: z.boolean().default(true) })
/** How many credentials of the node, of all kinds, open nothing any more. */
export const revokedCredentials = z.object({ revoked: z.number().int() })

export const nodeCertificate = z.object({
  serial: z.string(),
  node: z.string(),
  /** Fingerprint of the authority that signed it. */
  authority: z.string(),
  issuedAt: timestamp,
  expiresAt: timestamp,
  revokedAt: timestamp.nullable(),
})
export type NodeCertificate = z.infer<typeof nodeCertificate>

export const certificateSerial = z
  .string()
  .regex(/^[0-9a-f]{1,64}$/, 'must be the hexadecimal serial number of a certificate')
export const certificateRevokeInput = z.object({ serial: certificateSerial })

/** An authority of remote agents; its key never leaves the home. */
export const certificateAuthority = z.object({
  fingerprint: z.string(),
  certificate: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp,
  /** It is trusted until then; null for the one that signs. */
  trustedUntil: timestamp.nullable(),
})
export type CertificateAuthority = z.infer<typeof certificateAuthority>

export const authorityRotateInput = z.object({
  /** Days that the authority of before stays trusted. */
  overlapDays: z.number().int().min(0).max(365).default(14),
})
