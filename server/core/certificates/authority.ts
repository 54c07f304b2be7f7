import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from './x509'

/** ECDSA over P-256: small, and every TLS stack has it. */
const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const

const DAY_MS = 24 * 60 * 60_000
/** An authority is replaced by a rotation, not by its end. */
const AUTHORITY_DAYS = 3650
/** Two machines' clocks differ; a certificate is good a little before it was made. */
const CLOCK_SKEW_MS = 5 * 60_000

/** What a node's certificate is for, as the one name in it. */
export const nodeUri = (nodeId: string): string => `urn:stratavore:node:${nodeId}`

/** A key and its certificate, PEM. */
export interface KeyPair {
  key: string
  certificate: string
}

/** A certificate that was made for somebody else's key. */
export interface Issued {
  certificate: string
  /** Hexadecimal, lower case. */
  serial: string
  expiresAt: Date
}

/** 126 random bits: positive, and nothing that could be guessed or met twice. */
const newSerial = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

const newKeys = () => webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function keyFromPem(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem)
  if (der === undefined) throw new Error('a private key is damaged')
  return webcrypto.subtle.importKey('pkcs8', der, KEY, false, ['sign'])
}

/** SHA-256 of a certificate, as people compare it. */
export async function fingerprintOf(certificate: string): Promise<string> {
  const print = await new x509.X509Certificate(certificate).getThumbprint('SHA-256')
  return `sha256:${Buffer.from(print).toString('hex')}`
}

/** A new authority that vouches for itself and signs nothing but ends of chains. */
export async function createAuthority(now: Date): Promise<KeyPair> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=Stratavore agents ${now.toISOString().slice(0, 10)}`,
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { key: await keyToPem(keys.privateKey), certificate: certificate.toString('pem') }
}

interface Leaf {
  subject: string
  publicKey: x509.PublicKeyType
  purpose: x509.ExtendedKeyUsage
  names: x509.JsonGeneralNames
  now: Date
  lifetimeMs: number
}

async function sign(authority: KeyPair, leaf: Leaf): Promise<Issued> {
  const issuer = new x509.X509Certificate(authority.certificate)
  const serial = newSerial()
  const expiresAt = new Date(leaf.now.getTime() + leaf.lifetimeMs)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: leaf.subject,
    issuer: issuer.subject,
    notBefore: new Date(leaf.now.getTime() - CLOCK_SKEW_MS),
    notAfter: expiresAt,
    signingAlgorithm: SIGNING,
    publicKey: leaf.publicKey,
    signingKey: await keyFromPem(authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.purpose], true),
      new x509.SubjectAlternativeNameExtension(leaf.names),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), serial, expiresAt }
}

/** The daemon's own certificate, for the names and addresses that agents dial. Its key is new and stays in memory. */
export async function issueServerCertificate(
  authority: KeyPair,
  { names, now, lifetimeMs }: { names: readonly string[]; now: Date; lifetimeMs: number },
): Promise<KeyPair & { expiresAt: Date }> {
  const keys = await newKeys()
  const { certificate, expiresAt } = await sign(authority, {
    subject: 'CN=Stratavore daemon',
    publicKey: keys.publicKey,
    purpose: x509.ExtendedKeyUsage.serverAuth,
    names: names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    now,
    lifetimeMs,
  })
  return { key: await keyToPem(keys.privateKey), certificate, expiresAt }
}

/** Whether a text is a request for a certificate that its sender has the key of, and the key is one of ours. */
async function readRequest(csr: string): Promise<x509.PublicKey | null> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csr)
    const { name, namedCurve } = request.publicKey.algorithm as { name: string; namedCurve?: string }
    if (name !== KEY.name || namedCurve !== KEY.namedCurve) return null
    return (await request.verify()) ? request.publicKey : null
  } catch {
    // Not DER, not a request, not a key: all the same to who asks.
    return null
  }
}

/**
 * A node's certificate for the key of a request. Nothing else of the request counts: what is in the certificate is said
 * here. Null for a request that is none.
 */
export async function issueNodeCertificate(
  authority: KeyPair,
  { nodeId, csr, now, lifetimeMs }: { nodeId: string; csr: string; now: Date; lifetimeMs: number },
): Promise<Issued | null> {
  const publicKey = await readRequest(csr)
  if (publicKey === null) return null
  return sign(authority, {
    subject: 'CN=Stratavore node',
    publicKey,
    purpose: x509.ExtendedKeyUsage.clientAuth,
    names: [{ type: 'url', value: nodeUri(nodeId) }],
    now,
    lifetimeMs,
  })
}
