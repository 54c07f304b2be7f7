import type { TLSSocket } from 'node:tls'
import { nodeUri } from '../core/certificates/authority'

/** The node that a certificate is for, and its serial number. */
export interface ShownCertificate {
  nodeId: string
  serial: string
}

/** What a TLS peer's certificate says; null when it showed none, or none of ours. */
export function shownCertificate(socket: TLSSocket): ShownCertificate | null {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  // One name, the node's: a certificate with more in it is none of ours, whoever signed it.
  const [, nodeId] = /^URI:urn:stratavore:node:([0-9a-f-]{36})$/.exec(certificate?.subjectAltName ?? '') ?? []
  if (certificate === undefined || nodeId === undefined || !certificate.subjectAltName?.endsWith(nodeUri(nodeId)))
    return null
  return { nodeId, serial: certificate.serialNumber.toLowerCase() }
}
