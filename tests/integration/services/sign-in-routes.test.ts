import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALLOWANCES, createLimits } from '@/server/core/limits'
import type { IdentityProvider } from '@/server/core/ports/identity-provider'
import { sessionCookieName } from '@/server/gateways/guard/session-cookie'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { rememberClient } from '@/server/web/client-of'
import { createSignInRoutes } from '@/server/web/sign-in/sign-in-routes'
import { rawRequest } from '../api/raw-http'
import { aBrowser, type ServiceTest, startServiceTest } from './service-test'

/** One to which everybody can be sent, and from which nobody comes back. */
const provider: IdentityProvider = {
  name: 'Example ID',
  begin: async () => ({ url: 'https://id.example/', checks: { state: 's', nonce: 'n', verifier: 'v' } }),
  finish: () => Promise.reject(new Error('nobody comes back')),
}

let test: ServiceTest
let server: Server
/** What the guard in front has found out of who asks. */
let client = { address: '203.0.113.9', secure: false, host: 'me.example', proxied: false, local: false }
beforeAll(async () => {
  test = await startServiceTest()
  const one = { points: 1, seconds: 60 }
  const limits = createLimits({ ...ALLOWANCES, passkey: one, device: one })
  const routes = createSignInRoutes(test.ctx, provider, limits, pino({ enabled: false }))
  server = createServer((request, response) => {
    rememberClient(request, client)
    void routes(request, response, new URL(request.url ?? '/', 'http://me.example'), client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await test.stop()
})

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method,
    path: `/api/auth/${path}`,
    headers,
  })

it('connects an identity only where a page of ours asks for somebody who is signed in', async () => {
  const { code } = await createLoginCode(test.ctx)
  const { cookie: value } = await redeemLoginCode(test.ctx, { code, ...aBrowser })
  const cookie = `${sessionCookieName(test.ctx.settings.port, false)}=${value}`
  const status = async (headers: Record<string, string>) => (await ask('oidc?link=1', headers)).status
  expect(await status({ cookie, 'sec-fetch-site': 'same-origin' })).toBe(303)
  expect(await status({ cookie, origin: 'http://me.example' })).toBe(303)
  for (const site of ['cross-site', 'same-site', 'none'])
    expect(await status({ cookie, 'sec-fetch-site': site })).toBe(403)
  expect(await status({ cookie })).toBe(403)
  expect(await status({ cookie, origin: 'http://evil.example' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(403)
  expect((await ask('oidc')).status).toBe(303)
})

it('binds the round trip to the host over TLS', async () => {
  const plain = (await ask('oidc')).headers['set-cookie']?.[0]
  expect(plain).toMatch(/^stratavore_oidc_\d+=[\w-]+; Path=\/api\/auth\/oidc; HttpOnly; SameSite=Lax/)
  client = { ...client, secure: true }
  const bound = (await ask('oidc')).headers['set-cookie']?.[0]
  client = { ...client, secure: false }
  expect(bound).toMatch(/^__Host-stratavore_oidc_\d+=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax/)
})

it('lets one network begin only so many sign-ins', async () => {
  const headers = { 'content-type': 'application/json', 'x-stratavore': '1' }
  for (const path of ['passkey/options', 'device']) {
    const from = async (address: string) => {
      client = { ...client, address }
      const { status, headers: told } = await ask(path, headers, 'POST')
      return status === 429 ? `429 ${typeof told['retry-after']}` : 'let in'
    }
    expect(await from('2001:db8:0:7::1'), path).toBe('let in')
    expect(await from('2001:db8:0:7:1:2:3:4'), path).toBe('429 string')
    expect(await from('2001:db8:0:8::1'), path).toBe('let in')
  }
})
