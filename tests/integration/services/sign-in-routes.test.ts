import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { StratavoreError } from '@/server/core/errors'
import { ALLOWANCES, createLimits } from '@/server/core/limits'
import type { IdentityProvider, ProvedIdentity } from '@/server/core/ports/identity-provider'
import { sessionCookieName } from '@/server/gateways/guard/session-cookie'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { setPassword } from '@/server/services/identity/set-password'
import { rememberClient } from '@/server/web/client-of'
import { createSignInRoutes } from '@/server/web/sign-in/sign-in-routes'
import { rawRequest } from '../api/raw-http'
import { aBrowser, type ServiceTest, startServiceTest } from './service-test'

/** Who comes back from the provider; nobody when null. */
let proved: ProvedIdentity | null = null
/** One to which everybody can be sent. */
const provider: IdentityProvider = {
  name: 'Example ID',
  begin: async () => ({ url: 'https://id.example/', checks: { state: 's', nonce: 'n', verifier: 'v' } }),
  finish: async () => {
    if (proved === null) throw new StratavoreError('unauthenticated', 'They were refused there.')
    return proved
  },
}

let test: ServiceTest
let server: Server
/** What the guard in front has found out of who asks. */
let client = { address: '203.0.113.9', secure: false, host: 'me.example', proxied: false, local: false }
beforeAll(async () => {
  test = await startServiceTest()
  const one = { points: 1, seconds: 60 }
  const limits = createLimits({ ...ALLOWANCES, passkey: one, device: one })
  const routes = createSignInRoutes(
    test.ctx,
    provider,
    limits,
    pino({ enabled: false }),
    (...asked) => `proof of ${asked.join(' on ')}`,
  )
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

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) =>
  rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method,
    path: `/api/auth/${path}`,
    headers,
    body,
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

it('proves whose server it is, on the port it was asked on, to a nonce only', async () => {
  const { port } = server.address() as AddressInfo
  const nonce = 'ab'.repeat(32)
  expect(JSON.parse((await ask(`proof?nonce=${nonce}`)).text)).toEqual({ proof: `proof of ${nonce} on ${port}` })
  for (const wrong of ['', `${nonce}0`, nonce.toUpperCase(), '\n'.repeat(64)])
    expect((await ask(`proof?nonce=${encodeURIComponent(wrong)}`)).status).toBe(400)
})

it('shuts a name that is guessed at to the network that guesses, and to nobody else', async () => {
  const { rows: users } = await test.ctx.db.pool.query("SELECT id FROM users WHERE name = 'owner'")
  const password = 'seven grey herons wade'
  await setPassword(test.ctx, { userId: users[0].id, keepSession: null, password })
  const signIn = async (address: string, given: string) => {
    client = { ...client, address }
    const answer = await rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      method: 'POST',
      path: '/api/auth/password',
      headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
      body: JSON.stringify({ name: 'owner', password: given }),
    })
    return answer.status
  }
  const guess = (address: string, times: number) =>
    Promise.all(Array.from({ length: times }, () => signIn(address, 'wrong wrong wrong')))
  expect(await signIn('198.51.100.7', password)).toBe(200)
  expect((await guess('198.51.100.66', 25)).filter((status) => status === 429)).toHaveLength(6)
  expect(await signIn('198.51.100.66', password)).toBe(429)
  expect(await signIn('198.51.100.8', password)).toBe(200)
  // A crowd shuts it to all but where its user is at home.
  for (let block = 0; block < 11; block += 1) await guess(`203.0.113.${100 + block}`, 19)
  expect(await signIn('198.51.100.9', password)).toBe(429)
  expect(await signIn('198.51.100.7', password)).toBe(200)
}, 120_000)

it('lets nobody ask for a token of more than 90 days before somebody is signed in', async () => {
  const headers = { 'content-type': 'application/json', 'x-stratavore': '1' }
  const asked = async (days: number, network: number) => {
    client = { ...client, address: `2001:db8:0:${network}::1` }
    const body = JSON.stringify({ client: 'laptop', days })
    return (await ask('device', headers, 'POST', body)).status
  }
  expect([await asked(90, 70), await asked(91, 71)]).toEqual([200, 400])
})

it('writes down whom an identity provider or a passkey did not let in', async () => {
  client = { ...client, address: '203.0.113.77' }
  const { rows: users } = await test.ctx.db.pool.query("SELECT id FROM users WHERE name = 'owner'")
  const ownerId = users[0].id
  const stranger = { issuer: 'https://id.example', subject: 'ada', email: 'ada@example.com' }
  const refused = async () =>
    test.query<{ remote_addr: string; target_id: string; data: object }>(
      "SELECT remote_addr, target_id, data FROM audit_events WHERE action = 'auth.refused' AND remote_addr = $1 ORDER BY seq",
      [client.address],
    )
  const comeBack = async () => {
    const cookie = (await ask('oidc')).headers['set-cookie']?.[0]?.split(';', 1)[0] ?? ''
    return (await ask('oidc/callback?code=c&state=s', { cookie })).headers.location
  }
  proved = { ...stranger, emailVerified: true, name: 'Ada' }
  expect(await comeBack()).toBe('/login?error=oidc')
  expect(await comeBack()).toBe('/login?error=oidc')
  proved = null
  expect(await comeBack()).toBe('/login?error=oidc')

  const passkey = { credential_id: 'AAAA', public_key: Buffer.from([1]), rp_id: 'localhost', name: 'key' }
  await test.query(
    `INSERT INTO passkeys (id, user_id, credential_id, public_key, counter, rp_id, name, backed_up, transports, created_at)
     VALUES (gen_random_uuid(), $1, $2, $3, 0, $4, $5, false, '{}', now())`,
    [ownerId, ...Object.values(passkey)],
  )
  const answer = await rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method: 'POST',
    path: '/api/auth/passkey',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify({
      ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key' },
      response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
    }),
  })
  expect(answer.status).toBe(401)
  const told = { problem: 'refused', tries: 1 }
  expect((await refused()).map(({ target_id, data }) => [target_id, data])).toEqual([
    ['oidc', { ...told, ...stranger, method: 'oidc' }],
    ['oidc', { ...told, method: 'oidc' }],
    [ownerId, { ...told, method: 'passkey', name: 'owner' }],
  ])
})

it('refuses a name that no table takes as a mistake of who sent it', async () => {
  client = { ...client, address: '203.0.113.78' }
  const answer = await rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method: 'POST',
    path: '/api/auth/password',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify({ name: 'a\0b', password: 'whatever it may be' }),
  })
  expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([400, 'invalid_input'])
})
