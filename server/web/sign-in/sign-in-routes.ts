import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { ErrorCode } from '@/contracts/errors/errors'
import {
  deviceLoginInput,
  deviceLoginPoll,
  passkeyAssertion,
  passwordSignInInput,
  type signInRefusal,
} from '@/contracts/identity/identity'
import { clientBlock } from '../../core/client-block'
import { StratavoreError } from '../../core/errors'
import type { Limits } from '../../core/limits'
import type { IdentityProvider } from '../../core/ports/identity-provider'
import type { RequestClient } from '../../core/request-client'
import { siteOf } from '../../core/site'
import { INTENT_HEADER } from '../../gateways/guard/request-guard'
import { pollDeviceLogin } from '../../services/identity/poll-device-login'
import { signInMethods } from '../../services/identity/sign-in-methods'
import { passkeySignInOptions, signInWithPasskey } from '../../services/identity/sign-in-with-passkey'
import { signInWithPassword } from '../../services/identity/sign-in-with-password'
import { startDeviceLogin } from '../../services/identity/start-device-login'
import type { SharedServices } from '../../services/service-context'
import { browserOf, giveCookie } from './browser'
import { createFailureLimiter } from './failure-limiter'
import { createOidcRoutes } from './oidc-routes'
import { readJson } from './read-json'

/** Where those who are not signed in may knock. */
export const SIGN_IN_PATH = '/api/auth/'

const OK = { ok: true }

const STATUS: Partial<Record<ErrorCode, number>> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  payload_too_large: 413,
  rate_limited: 429,
  unavailable: 503,
}

type Answer = (request: IncomingMessage, response: ServerResponse, client: RequestClient) => Promise<unknown>

/**
 * Everything under `/api/auth/`: how one becomes signed in. Each answers JSON; a POST needs the header no other site can
 * send, so that nobody signs a browser in as somebody else.
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

  return async (request: IncomingMessage, response: ServerResponse, url: URL, client: RequestClient): Promise<void> => {
    response.setHeader('cache-control', 'no-store')
    const path = url.pathname.slice(SIGN_IN_PATH.length)
    if (request.method === 'GET' && (path === 'oidc' || path === 'oidc/callback'))
      return oidc(request, response, url, client, path !== 'oidc')
    const method = Object.hasOwn(posts, path) ? 'POST' : Object.hasOwn(gets, path) ? 'GET' : null
    const answer = posts[path] ?? gets[path]
    if (method === null || !answer) return refuse(response, 404, 'not_found', 'There is nothing here.')
    if (request.method !== method) {
      response.setHeader('allow', method)
      return refuse(response, 405, 'invalid_input', `This is asked with ${method}.`)
    }
    if (method === 'POST') {
      if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
        return refuse(response, 415, 'invalid_input', 'Send application/json.')
      if (request.headers[INTENT_HEADER] === undefined)
        return refuse(response, 403, 'forbidden', `The header ${INTENT_HEADER} is missing.`)
    }
    try {
      send(response, 200, await answer(request, response, client))
    } catch (error) {
      if (!(error instanceof StratavoreError)) throw error
      if (error.retryAfterS !== null) response.setHeader('retry-after', `${Math.ceil(error.retryAfterS)}`)
      refuse(response, STATUS[error.code] ?? 409, error.code, error.message, error.hint)
    }
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  hint?: string | null,
): void {
  send(response, status, { error: { code, message, hint: hint ?? null } } satisfies z.input<typeof signInRefusal>)
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
