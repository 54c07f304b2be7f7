import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something that was sent to the world outside. */
export interface SentOut {
  path: string
  headers: Record<string, string>
  body: string
}

/** Whatever Stratavore speaks to: the receiver of a webhook and of anchors, and an identity provider that signs nobody in. */
export interface OutsideWorld {
  origin: string
  /** What it was sent at paths that begin so. */
  sentTo(path: string): SentOut[]
  close(): void
}

export async function startOutsideWorld(): Promise<OutsideWorld> {
  const sent: SentOut[] = []
  let origin = ''
  /** What the standard of OpenID Connect has a provider say of itself. */
  const about = () => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      const headers = request.headers as Record<string, string>
      sent.push({ path, headers, body: Buffer.concat(chunks).toString('utf8') })
      const json = { 'content-type': 'application/json' }
      if (path.startsWith('/.well-known/')) response.writeHead(200, json).end(JSON.stringify(about()))
      else if (path === '/token') response.writeHead(400, json).end(JSON.stringify({ error: 'invalid_grant' }))
      else response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    sentTo: (path) => sent.filter((one) => one.path.startsWith(path)),
    close: () => void server.close(),
  }
}
