import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '@/cli/api-client'
import { createProject, launchRunning } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { rawRequest } from './raw-http'
import { connectRaw } from './raw-terminal'

/** security.md: logout or revocation mid-stream closes within this time. */
const CUT_WITHIN_MS = 5_000
const PASSWORD = 'seven grey herons wade'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

const JSON_HEADERS = { 'content-type': 'application/json', 'x-stratavore': '1' }
const signIn = (name: string, password: string, headers: Record<string, string> = JSON_HEADERS) =>
  rawRequest(stack.url, {
    method: 'POST',
    path: '/api/auth/password',
    headers,
    body: JSON.stringify({ name, password }),
  })
const cookieOf = (answer: { headers: { 'set-cookie'?: string[] | undefined } }): string =>
  (answer.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? ''
const me = (headers: Record<string, string>) => rawRequest(stack.url, { path: '/api/trpc/auth.me', headers })

describe('a password', () => {
  beforeAll(() => stack.api.auth.setPassword.mutate({ password: PASSWORD }))

  it('gives a browser a cookie that only this origin and no script can use', async () => {
    const answer = await signIn('owner', PASSWORD)
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const flags = (answer.headers['set-cookie']?.[0] ?? '').split('; ').slice(1)
    expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']))
    const cookie = cookieOf(answer)
    expect(JSON.parse((await me({ cookie })).text).result.data).toMatchObject({
      user: { name: 'owner', role: 'owner' },
      credential: { kind: 'session', method: 'password' },
      hasPassword: true,
    })
    // Signing in again in that browser leaves one session, not two.
    const again = cookieOf(await signIn('owner', PASSWORD, { ...JSON_HEADERS, cookie }))
    expect([(await me({ cookie })).status, (await me({ cookie: again })).status]).toEqual([401, 200])
  })

  it('signs in nobody without the header no other site can send, or in another form', async () => {
    const { 'x-stratavore': _, ...plain } = JSON_HEADERS
    expect((await signIn('owner', PASSWORD, plain)).status).toBe(403)
    expect((await signIn('owner', PASSWORD, { ...JSON_HEADERS, 'content-type': 'text/plain' })).status).toBe(415)
    expect((await signIn('owner', PASSWORD, { ...JSON_HEADERS, origin: 'http://evil.com' })).status).toBe(403)
    expect((await rawRequest(stack.url, { path: '/api/auth/password' })).status).toBe(405)
    const bodies: [string, number][] = [
      ['not json', 400],
      ['{}', 400],
      ['{"name":["owner"],"password":{}}', 400],
      [JSON.stringify({ name: 'owner', password: 'x'.repeat(300) }), 400],
      [JSON.stringify({ name: 'owner', password: 'x'.repeat(100_000) }), 413],
    ]
    for (const [body, status] of bodies) {
      const answer = await rawRequest(stack.url, {
        method: 'POST',
        path: '/api/auth/password',
        headers: JSON_HEADERS,
        body,
      })
      expect([answer.status, answer.headers['set-cookie']], body.slice(0, 40)).toEqual([status, undefined])
    }
    for (const path of ['nothing', 'constructor', '__proto__', '../trpc/auth.me', 'password/']) {
      expect((await rawRequest(stack.url, { path: `/api/auth/${path}` })).status, path).toBeGreaterThan(400)
    }
  })

  it('that is guessed is refused with one answer, and after twenty tries not even looked at', async () => {
    const answers = []
    // Twenty-one of each name.
    for (let index = 0; index < 42; index++) answers.push(await signIn(index % 2 ? 'nobody' : 'owner', 'wrong wrong'))
    const refused = answers.filter(({ status }) => status === 401)
    expect(refused.length).toBeGreaterThan(10)
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1)
    const last = answers.at(-1)
    expect(last?.status).toBe(429)
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await signIn('owner', PASSWORD)).status).toBe(429)
    // A login link is no guess.
    const { url } = await stack.api.auth.createLoginLink.mutate()
    expect((await rawRequest(stack.url, { path: url.slice(stack.url.length) })).headers['set-cookie']).toHaveLength(1)
  })
})

/** The way in of somebody, and how it is closed from elsewhere. */
const WAYS: Record<string, () => Promise<{ headers: Record<string, string>; close(): Promise<unknown> }>> = {
  'a browser session that is revoked': async () => {
    const { url } = await stack.api.auth.createLoginLink.mutate()
    const cookie = cookieOf(await rawRequest(stack.url, { path: url.slice(stack.url.length) }))
    const { id } = JSON.parse((await me({ cookie })).text).result.data.credential
    return {
      headers: { cookie, origin: stack.url },
      close: () => stack.api.auth.revokeSession.mutate({ id }),
    }
  },
  'an API token that is revoked': async () => {
    const { id, token } = await stack.api.auth.createToken.mutate({ name: 'to be revoked' })
    return {
      headers: { authorization: `Bearer ${token}` },
      close: () => stack.api.auth.revokeToken.mutate({ id }),
    }
  },
}

it.each(Object.entries(WAYS))('%s takes its terminal and its event stream along, and nobody else', async (_, open) => {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const { headers, close } = await open()
  // A ticket is for the credential that it was made with.
  const answer = await rawRequest(stack.url, {
    method: 'POST',
    path: '/api/trpc/runner.attach',
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({ id: runner.id }),
  })
  const { ticket } = JSON.parse(answer.text).result.data
  const cut = await connectRaw(stack, { ticket }, undefined, headers)
  const bystander = await connectRaw(stack, {
    ticket: (await stack.api.runner.attach.mutate({ id: runner.id })).ticket,
  })
  await waitUntil('both are attached', () => cut.attached.length === 1 && bystander.attached.length === 1)
  const events = await fetch(`${stack.url}/api/trpc/event.stream?input=%7B%7D`, { headers })
  const reader = events.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)

  await close()
  expect((await me(headers)).status).toBe(401)
  await waitUntil('the terminal is cut', () => !cut.socket.connected, CUT_WITHIN_MS)
  const drain = async (): Promise<string> => {
    try {
      for (;;) if ((await reader?.read())?.done) return 'ended'
    } catch {
      return 'cut'
    }
  }
  expect(await drain()).toMatch(/ended|cut/)
  expect(bystander.socket.connected).toBe(true)
  bystander.close()
})

it('tokens are made, used, listed and revoked from the CLI', async () => {
  const made = await stack.cli(['token', 'create', 'ci', '--scope', 'read', 'metrics', '--days', '30'])
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^svt_[\w-]{43}\n$/)])
  const token = made.stdout.trim()
  const { user } = await createApi(stack.url, token).auth.me.query()
  expect(user.name).toBe('owner (ci)')
  const listed = await stack.cli(['token', 'list'])
  expect(listed.stdout).toMatch(/ci +owner +read metrics +\d{4}-\d\d-\d\d +(now|\d+s)/)
  expect(listed.stdout).not.toContain(token)
  expect((await stack.cli(['token', 'revoke', 'ci'])).stdout).toBe('revoked ci\n')
  expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401)
  expect((await stack.cli(['token', 'revoke', 'ci'])).code).toBe(3)
  expect((await stack.cli(['token', 'create', 'x', '--scope', 'everything'])).code).toBe(2)
  expect((await stack.cli(['token', 'create', 'x', '--days', '0'])).code).toBe(2)
})
