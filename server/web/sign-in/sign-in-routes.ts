import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { z } from 'zod'
import {
  deviceLoginInput,
  deviceLoginPoll,
  loginCodeInput,
  type loginCodeOwner,
  passkeyAssertion,
  passwordSignInInput,
} from '@/contracts/identity/identity'
import { PROOF_NONCE } from '@/platform/home-proof'
import { clientBlock } from '../../core/client-block'
import { StratavoreError } from '../../core/errors'
import type { Limits } from '../../core/limits'
import type { IdentityProvider } from '../../core/ports/identity-provider'
import type { RequestClient } from '../../core/request-client'
import { siteOf } from '../../core/site'
import { hasSignedInFrom } from '../../services/identity/has-signed-in-from'
import { pollDeviceLogin } from '../../services/identity/poll-device-login'
import { recordingRefusal } from '../../services/identity/record-refused-sign-in'
import { signInMethods } from '../../services/identity/sign-in-methods'
import { passkeySignInOptions, signInWithPasskey } from '../../services/identity/sign-in-with-passkey'
import { signInWithPassword } from '../../services/identity/sign-in-with-password'
import { startDeviceLogin } from '../../services/identity/start-device-login'
import { whoseLoginCode } from '../../services/identity/whose-login-code'
import type { SharedServices } from '../../services/service-context'
import { type Answer, createJsonRoutes } from '../json-routes'
import { readJson } from '../read-json'
import { browserOf, giveCookie } from './browser'
import { type Counted, createFailureLimiter } from './failure-limiter'
import { createOidcRoutes } from './oidc-routes'

/** Where those who are not signed in may knock. */
export const SIGN_IN_PATH = '/api/auth/'

const OK = { ok: true }

/** Failures in a quarter of an hour: guessing at one name from one network, at many names from it, at one from everywhere. */
const MOST_OF_NAME_FROM_ADDRESS = 20
const MOST_FROM_ADDRESS = 50
const MOST_OF_NAME = 200

/** Answers a nonce as only this home's server can; of the port it was asked on. */
export type ProveHome = (nonce: string, port: number) => string

/** Asked by the CLI before it says anything: somebody else may listen where this home's server should. */
function proofFor(request: IncomingMessage, prove: ProveHome): string {
  const nonce = new URLSearchParams(request.url?.split('?', 2)[1]).get('nonce') ?? ''
  if (!PROOF_NONCE.test(nonce)) throw new StratavoreError('invalid_input', 'The nonce must be 64 hex digits.')
  return prove(nonce, request.socket.localPort ?? 0)
}

/**
 * Everything under `/api/auth/`: how one becomes signed in. No other site can ask, so that nobody signs a browser in as
 * somebody else.
 */
export function createSignInRoutes(
  services: SharedServices,
  provider: IdentityProvider | null,
  limits: Limits,
  log: Logger,
  prove: ProveHome,
) {
  const guessing = createFailureLimiter('sign-in')
  const oidc = createOidcRoutes(services, provider, log)
  const siteAt = (client: RequestClient) => siteOf(client, services.settings.publicUrl)
  const ofAddress = (client: RequestClient): Counted => ({
    key: `address ${clientBlock(client.address)}`,
    most: MOST_FROM_ADDRESS,
  })
  /** A stranger who guesses at a name shuts the door to themselves; a crowd that does, to all but where it is at home. */
  function ofName(typed: string, client: RequestClient): Counted[] {
    const name = typed.toLowerCase()
    return [
      { key: `name ${name} from ${clientBlock(client.address)}`, most: MOST_OF_NAME_FROM_ADDRESS },
      { key: `name ${name}`, most: MOST_OF_NAME, unless: () => hasSignedInFrom(services, typed, client.address) },
    ]
  }

  const posts: Record<string, Answer> = {
    password: async (request, response, client) => {
      const input = await readJson(request, passwordSignInInput)
      const browser = browserOf(services, request, client)
      const signIn = () => signInWithPassword(services, { ...input, ...browser })
      const names = ofName(input.name, client)
      const guarded = () => guessing.guard([...names, ofAddress(client)], signIn, names)
      const tried = { method: 'password', name: input.name } as const
      giveCookie(services, response, client, await recordingRefusal(services, tried, client.address, guarded))
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
      const guarded = () => guessing.guard([ofAddress(client)], signIn)
      const tried = { method: 'passkey', credentialId: assertion.id } as const
      giveCookie(services, response, client, await recordingRefusal(services, tried, client.address, guarded))
      return OK
    },
    'link/owner': async (request) => {
      const owner = await whoseLoginCode(services, (await readJson(request, loginCodeInput)).code)
      if (owner === null)
        throw new StratavoreError('unauthenticated', 'That link has expired or was used before.', {
          hint: 'Make a new one.',
        })
      return { name: owner.name } satisfies z.input<typeof loginCodeOwner>
    },
    device: async (request, _response, client) => {
      await limits.take('device', [clientBlock(client.address)])
      return startDeviceLogin(services, { ...(await readJson(request, deviceLoginInput)), address: client.address })
    },
    'device/token': async (request) => pollDeviceLogin(services, await readJson(request, deviceLoginPoll)),
  }
  const gets: Record<string, Answer> = {
    methods: () => signInMethods(services, provider),
    proof: async (request) => ({ proof: proofFor(request, prove) }),
  }

  const routes = createJsonRoutes({ posts, gets, redact: services.keys.known.redact })

  return async (request: IncomingMessage, response: ServerResponse, url: URL, client: RequestClient): Promise<void> => {
    const path = url.pathname.slice(SIGN_IN_PATH.length)
    if (request.method !== 'GET' || (path !== 'oidc' && path !== 'oidc/callback'))
      return routes(request, response, path, client)
    response.setHeader('cache-control', 'no-store')
    return oidc(request, response, url, client, path !== 'oidc')
  }
}
