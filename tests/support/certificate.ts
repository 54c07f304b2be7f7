import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from './rabbitmq'

/** Makes a certificate for 127.0.0.1 that only itself vouches for. Needs openssl. */
export function makeCertificate(directory: string): Certificate & { pem: string } {
  const certificate = join(directory, 'certificate.pem')
  const key = join(directory, 'key.pem')
  execFileSync(
    'openssl',
    // biome-ignore format: one option with its value on a line
    [
      'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
      '-days', '2',
      '-subj', '/CN=stratavore-test',
      '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', key,
      '-out', certificate,
    ],
    { stdio: 'pipe' },
  )
  return { certificate, key, pem: readFileSync(certificate, 'utf8') }
}
