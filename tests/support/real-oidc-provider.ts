import { createServer } from 'node:http'
import Provider from 'oidc-provider'

/** A real OpenID Connect provider on this machine, with its own login pages: any name and password do. */
export interface RealOidcProvider {
  issuer: string
  clientId: string
  clientSecret: string
  stop(): Promise<void>
}

/** Whose address the provider has not verified, by name. */
const UNVERIFIED = /^unverified-/

/** Starts it for one client, whose address becomes known by its settings. `port` must be free. */
export async function startOidcProvider(port: number, clientOrigin: string): Promise<RealOidcProvider> {
  const issuer = `http://127.0.0.1:${port}`
  const [clientId, clientSecret] = ['stratavore', 'a secret between the two']
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${clientOrigin}/api/auth/oidc/callback`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['a key of this test'] },
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: `${id.replace(UNVERIFIED, '')}@example.com`,
        email_verified: !UNVERIFIED.test(id),
        preferred_username: id,
      }),
    }),
  })
  const server = createServer(provider.callback())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    issuer,
    clientId,
    clientSecret,
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
