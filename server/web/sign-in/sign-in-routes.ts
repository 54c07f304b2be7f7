import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { deviceLoginInput, deviceLoginPoll, passkeyAssertion, passwordSignInInput } from '@/contracts/identity/identity'
import { clientBlock } from '../../core/client-block'
import type { Limits } from '../../core/limits'
import type { IdentityProvider } from '../../core/ports/identity-provider'
import type { RequestClient } from '../../core/request-client'
import { siteOf } from '../../core/site'
import { pollDeviceLogin } from '../../services/identity/poll-device-login'
import { signInMethods } from '../../services/identity/sign-in-methods'
import { passkeySignInOptions, signInWithPasskey } from '../../services/identity/sign-in-with-passkey'
import { signInWithPassword } from '../../services/identity/sign-in-with-password'
import { startDeviceLogin } from '../../services/identity/start-device-login'
import type { SharedServices } from '../../services/service-context'
import { type Answer, createJsonRoutes } from '../json-routes'
import { readJson } from '../read-json'
import { browserOf, giveCookie } from './browser'
import { createFailureLimiter } from './failure-limiter'
import { createOidcRoutes } from './oidc-routes'

/** Where those who are not signed in may knock. */
export const SIGN_IN_PATH = '/api/auth/'

const OK = { ok: true }

/**
 * Everything under `/api/auth/`: how one becomes signed in. No other site can ask, so that nobody signs a browser in as
 * somebody else.
 */
export function createSignInRoutes(
  services: SharedServices,
  provider: IdentityProvider | null,
  limits: Limits,
  log: Logger,
) {
  const guessing = createFailureLimiter('sign-in')
  const oidc = createOidcRoutes(services, provider, log)
  const siteAt = (client: RequestClient) => siteOf(client, services.settings.publicUrl)
  const addressKey = (client: RequestClient) => `address ${clientBlock(client.address)}`

  const posts: Record<string, Answer> = {
    password: async (request, response, client) => {
      const input = await readJson(request, passwordSignInInput)
      const browser = browserOf(services, request, client)
      const signIn = () => signInWithPassword(services, { ...input, ...browser })
      const name = `name ${input.name.toLowerCase()}`
      giveCookie(services, response, client, await guessing.guard([name, addressKey(client)], signIn, name))
      return OK
    },
    'passkey/options': async (_request, _response, client) => {
      await limits.take('passkey', [clientBlock(client.address)])
      return passkeySignInOptions(services, { site: siteAt(client) })
    },
    passkey: async (request, response, client) => {
      const assertion = await readJson(request, passkeyAssertion)
      const browser = browserOf(services, request, client)
      const signIn = () => signInWithPasskey(services, { response: assertion, site: siteAt(client), ...browser })
      giveCookie(services, response, client, await guessing.guard([addressKey(client)], signIn))
      return OK
    },
    device: async (request, _response, client) => {
      await limits.take('device', [clientBlock(client.address)])
      return startDeviceLogin(services, { ...(await readJson(request, deviceLoginInput)), address: client.address })
    },
    'device/token': async (request) => pollDeviceLogin(services, await readJson(request, deviceLoginPoll)),
  }
  const gets: Record<string, Answer> = { methods: () => signInMethods(services, provider) }

  const routes = createJsonRoutes({ posts, gets })

  return async (request: IncomingMessage, response: ServerResponse, url: URL, client: RequestClient): Promise<void> => {
    const path = url.pathname.slice(SIGN_IN_PATH.length)
    if (request.method !== 'GET' || (path !== 'oidc' && path !== 'oidc/callback'))
      return routes(request, response, path, client)
    response.setHeader('cache-control', 'no-store')
    return oidc(request, response, url, client, path !== 'oidc')
  }
}
