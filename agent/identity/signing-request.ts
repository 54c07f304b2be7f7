// The library's decorators need this before anything of it is loaded.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509'

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A new key that never leaves this machine, and the request for its certificate; PEM, both. */
export async function newSigningRequest(): Promise<{ key: string; csr: string }> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=Stratavore agent',
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key, csr: csr.toString('pem') }
}
