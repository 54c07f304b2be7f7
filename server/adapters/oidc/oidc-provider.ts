import { readFile } from 'node:fs/promises'
import * as oidc from 'openid-client'
import type { Settings } from '@/config/settings'
import { StratavoreError } from '../../core/errors'
import type { IdentityProvider } from '../../core/ports/identity-provider'

const SCOPE = 'openid email profile'
/** A person waits at the other end. */
const TIMEOUT_S = 10

type OidcSettings = Pick<
  Settings,
  'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcClientSecretFile' | 'oidcName'
>

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The identity provider of the settings, or null when none is set up. It is first asked when somebody signs in. */
export function createOidcProvider(settings: OidcSettings): IdentityProvider | null {
  const { oidcIssuer, oidcClientId } = settings
  if (oidcIssuer === undefined || oidcClientId === undefined) return null
  let found: Promise<oidc.Configuration> | undefined

  const configuration = async (): Promise<oidc.Configuration> => {
    found ??= discover(oidcIssuer, oidcClientId, settings)
    try {
      return await found
    } catch (error) {
      // The next who comes asks again.
      found = undefined
      throw new StratavoreError('unavailable', 'The identity provider does not answer.', { cause: error })
    }
  }

  return {
    name: settings.oidcName,
    async begin(redirectUri) {
      const config = await configuration()
      const checks = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, checks }
    },
    async finish(currentUrl, checks) {
      const config = await configuration()
      try {
        const answer = await oidc.authorizationCodeGrant(config, currentUrl, {
          expectedState: checks.state,
          expectedNonce: checks.nonce,
          pkceCodeVerifier: checks.verifier,
          idTokenExpected: true,
        })
        const claims = answer.claims()
        if (!claims) throw new Error('the provider sent no ID token')
        const known = { issuer: claims.iss, subject: claims.sub }
        // Some providers put the address into the ID token, the others tell it when asked.
        const told =
          text(claims.email) !== null || config.serverMetadata().userinfo_endpoint === undefined
            ? claims
            : await oidc.fetchUserInfo(config, answer.access_token, claims.sub)
        return {
          ...known,
          email: text(told.email),
          emailVerified: told.email_verified === true,
          name: text(told.preferred_username) ?? text(told.name),
        }
      } catch (error) {
        throw new StratavoreError('unauthenticated', 'The identity provider did not sign you in.', { cause: error })
      }
    },
  }
}

async function discover(issuer: string, clientId: string, settings: OidcSettings): Promise<oidc.Configuration> {
  const { oidcClientSecret, oidcClientSecretFile } = settings
  const secret =
    oidcClientSecretFile === undefined ? oidcClientSecret : (await readFile(oidcClientSecretFile, 'utf8')).trim()
  const server = new URL(issuer)
  // The settings take http for a provider on this machine only: anybody between us and another could be it.
  const insecure = server.protocol === 'http:'
  return oidc.discovery(server, clientId, undefined, secret ? oidc.ClientSecretBasic(secret) : oidc.None(), {
    timeout: TIMEOUT_S,
    ...(insecure ? { execute: [oidc.allowInsecureRequests] } : {}),
  })
}
