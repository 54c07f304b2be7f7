import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appRouter } from '@/server/trpc/app-router'
import { checkout } from '../../support/checkout'
import { freePorts } from '../../support/free-port'
import { spawnLauncher } from '../../support/launcher'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome } from '../../support/temp-home'
import { errorCodeOf, type RawAnswer, type RawRequest, rawRequest, rawUpgrade } from './raw-http'

let stack: Stack
/** `name=value` of a browser that is signed in. */
let cookie: string
let signIn: RawAnswer
let loginPath: string

const send = (request: RawRequest) => rawRequest(stack.url, request)
const me = (headers: Record<string, string>, query = '') => send({ path: `/api/trpc/auth.me${query}`, headers })
const bearer = () => ({ authorization: `Bearer ${stack.token}` })

beforeAll(async () => {
  stack = await startStack({ env: { STRATAVORE_LOG_LEVEL: 'debug' } })
  loginPath = stack.loginLink.slice(stack.url.length)
  signIn = await send({ path: loginPath })
  cookie = (signIn.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? ''
})
afterAll(() => stack.stop())

// Flat at run time ('runner.launch'), nested in the types.
const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>
const procedures = Object.entries(flat).map(([name, procedure]) => [name, procedure._def.type] as const)

/** What an attacker can put instead of a credential. */
const NO_CREDENTIALS: [string, Record<string, string>][] = [
  ['nothing', {}],
  ['a wrong token', { authorization: `Bearer svt_${'A'.repeat(43)}` }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['basic authentication', { authorization: `Basic ${Buffer.from('owner:owner').toString('base64')}` }],
  ['an unsigned token', { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.' }],
  ['the header that skips middleware', { 'x-middleware-subrequest': 'middleware:middleware:middleware' }],
  ['a forged identity', { 'x-forwarded-user': 'owner', 'x-stratavore': '1' }],
]

describe('the API', () => {
  it('has all of its procedures here', () => expect(procedures.length).toBeGreaterThan(30))

  it.each(procedures)('refuses %s to who is not signed in', async (name, type) => {
    for (const [what, credentials] of NO_CREDENTIALS) {
      const answer = await (type === 'mutation'
        ? send({
            method: 'POST',
            path: `/api/trpc/${name}`,
            headers: { ...credentials, 'content-type': 'application/json' },
            body: '{}',
          })
        : send({ path: `/api/trpc/${name}?input=%7B%7D`, headers: credentials }))
      if (type === 'subscription') {
        // A browser shows a page nothing of a refused stream, so the refusal is the stream's only message.
        expect(answer.text, what).toMatch(
          /^event: connected\ndata: .*\n\n+event: serialized-error\ndata: .*"unauthenticated".*\n\n+$/,
        )
        continue
      }
      expect([answer.status, errorCodeOf(answer)], what).toEqual([401, 'unauthenticated'])
    }
  })

  it('takes the token from the header only, and the URL is not logged', async () => {
    for (const name of ['token', 'authorization', 'access_token']) {
      expect((await me({}, `?${name}=${stack.token}`)).status).toBe(401)
    }
    expect((await me({ cookie: `stratavore_session_${stack.ports.port}=${stack.token}` })).status).toBe(401)
    expect((await me(bearer())).status).toBe(200)
    const logs = readdirSync(join(stack.home, 'logs')).map((file) =>
      readFileSync(join(stack.home, 'logs', file), 'utf8'),
    )
    // The debug log has the requests, so the absence says something.
    expect(logs.join('')).toContain('/api/trpc/auth.me')
    for (const secret of [stack.token, cookie.split('=')[1] ?? '', loginPath.split('code=')[1] ?? '']) {
      expect(secret.length).toBeGreaterThan(20)
      expect(logs.join('')).not.toContain(secret)
    }
  })
})

/** Pages for those who are not signed in: nothing in them is anybody's. What they ask for has its own tests. */
const OPEN_PAGES: ReadonlySet<string> = new Set(['/login', '/share'])

describe('pages', () => {
  const root = join(checkout, 'app')
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)page\.tsx$/.test(file))
    .map((file) => `/${relative(root, join(root, file)).replace(/\/?page\.tsx$/, '')}`)
    .map((path) => path.replace(/\/\(\w+\)/g, '').replace(/\[\w+\]/g, 'x') || '/')

  it('are all here', () => expect(pages).toEqual(expect.arrayContaining(['/', '/login', '/runners/x', '/settings'])))

  it.each(pages.filter((page) => !OPEN_PAGES.has(page)))('%s leads to the login page', async (path) => {
    for (const [what, credentials] of NO_CREDENTIALS) {
      const visit = await send({ path, headers: { ...credentials, accept: 'text/html' } })
      // Whoever allows a CLI in comes back there.
      const location = path === '/device' ? '/login#device' : '/login'
      expect([visit.status, visit.headers.location], what).toEqual([303, location])
      const data = await send({ path, headers: { ...credentials, rsc: '1', 'next-router-state-tree': '%5B%5D' } })
      expect(data.status, what).toBe(401)
    }
  })

  it.each([
    '/login/../projects',
    '/login/%2e%2e/projects',
    '/_next/static/../../projects',
    '/_next/image?url=%2Ficon.svg&w=64&q=75',
    '/login/x',
    '/LOGIN',
    '/socket.io/?EIO=4&transport=polling',
  ])('%s is no way around it', async (path) => {
    const answer = await send({ path })
    expect(answer.status).toBe(401)
  })

  it('have the headers that keep other sites out', async () => {
    const { headers } = await send({ path: '/', headers: { cookie, accept: 'text/html' } })
    const policy = String(headers['content-security-policy'])
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"]) {
      expect(policy).toContain(part)
    }
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('the login link', () => {
  it('signs in once, with a cookie that scripts and other sites cannot use', async () => {
    expect([signIn.status, signIn.headers.location]).toEqual([303, '/'])
    const flags = (signIn.headers['set-cookie']?.[0] ?? '').split('; ').slice(1)
    expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']))
    expect(cookie).toMatch(new RegExp(`^stratavore_session_${stack.ports.port}=svc_[\\w-]{43}$`))
    expect((await me({ cookie })).status).toBe(200)

    const again = await send({ path: loginPath })
    expect([again.status, again.headers.location]).toEqual([303, '/login?error=link'])
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  it.each(['', 'x', 'svl_wrong', '%0d%0aset-cookie:%20a=b', '%00', 'x'.repeat(8_000)])(
    'does nothing for the code %.20j',
    async (code) => {
      const answer = await send({ path: `/login?code=${code}` })
      expect([answer.status, answer.headers.location]).toEqual([303, '/login?error=link'])
      expect(answer.headers['set-cookie']).toBeUndefined()
    },
  )

  it('is not used up by a browser that only prefetches', async () => {
    const { url } = await stack.api.auth.createLoginLink.mutate()
    const path = url.slice(stack.url.length)
    expect((await send({ path, headers: { 'sec-purpose': 'prefetch' } })).headers['set-cookie']).toBeUndefined()
    expect((await send({ path })).headers['set-cookie']).toHaveLength(1)
  })
})

describe('a cookie', () => {
  const post = (headers: Record<string, string>) =>
    send({
      method: 'POST',
      path: '/api/trpc/system.reconcile',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: '{}',
    })

  it('changes nothing without the header no other site can send', async () => {
    expect((await post({ origin: stack.url })).status).toBe(403)
    expect((await post({ origin: stack.url, 'x-stratavore': '1' })).status).toBe(200)
  })

  it('that was tampered with, or is of another instance, is none', async () => {
    const [name = '', value = ''] = cookie.split('=')
    expect((await me({ cookie: `${name}=${value.slice(0, -1)}_` })).status).toBe(401)
    expect((await me({ cookie: `stratavore_session_1=${value}` })).status).toBe(401)
    expect((await me({ cookie: `other=1; ${cookie}` })).status).toBe(200)
  })

  it('is worth nothing after signing out', async () => {
    const { url } = await stack.api.auth.createLoginLink.mutate()
    const other = ((await send({ path: url.slice(stack.url.length) })).headers['set-cookie']?.[0] ?? '').split(
      ';',
      1,
    )[0]
    const headers = { cookie: other ?? '' }
    expect((await me(headers)).status).toBe(200)
    const out = await send({
      method: 'POST',
      path: '/api/trpc/auth.signOut',
      headers: { ...headers, 'content-type': 'application/json', 'x-stratavore': '1' },
    })
    expect(out.status).toBe(200)
    expect((await me(headers)).status).toBe(401)
  })
})

describe('another site', () => {
  const hosts = [
    'evil.com',
    '127.0.0.1.evil.com',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost',
    '0.0.0.0:PORT',
    '127.1:PORT',
    'evil.com:PORT',
  ]
  const origins = [
    'http://evil.com',
    'null',
    'http://localhost:1',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1.evil.com:PORT',
    'http://127.0.0.1:PORT0',
    'file://',
    '',
  ]
  const here = (text: string) => text.replace('PORT', String(stack.ports.port))
  const SOCKET = '/socket.io/?EIO=4&transport='

  /** Reading, changing, polling and upgrading, with everything right but what is given here. */
  async function statuses(headers: Record<string, string>): Promise<number[]> {
    const right = { cookie, ...bearer(), 'x-stratavore': '1', ...headers }
    const answers = await Promise.all([
      send({ path: '/api/trpc/auth.me', headers: right }),
      send({ path: '/', headers: right }),
      send({
        method: 'POST',
        path: '/api/trpc/system.reconcile',
        headers: { ...right, 'content-type': 'application/json' },
        body: '{}',
      }),
      send({ path: `${SOCKET}polling`, headers: right }),
    ])
    return [...answers.map(({ status }) => status), await rawUpgrade(stack.url, `${SOCKET}websocket`, right)]
  }

  it('is let in under the right names, so that the refusals below mean something', async () => {
    for (const host of ['127.0.0.1:PORT', 'localhost:PORT']) {
      expect(await statuses({ host: here(host), origin: here(`http://${host}`) })).toEqual([200, 200, 200, 400, 101])
    }
  })

  it.each(hosts)('that rebinds its name (Host: %s) is refused', async (host) => {
    expect(await statuses({ host: here(host) })).toEqual([403, 403, 403, 403, 403])
  })

  it.each(origins)('with Origin: %s is refused', async (origin) => {
    expect(await statuses({ origin: here(origin) })).toEqual([403, 403, 403, 403, 403])
  })

  it.each(['cross-site', 'same-site'])('that the browser calls %s is refused', async (site) => {
    expect(await statuses({ 'sec-fetch-site': site })).toEqual([403, 403, 403, 403, 403])
  })

  it('that leads a browser to a login link signs nobody in: the page asks first', async () => {
    const link = new URL((await stack.api.auth.createLoginLink.mutate()).url)
    const path = link.pathname + link.search
    const asks = { status: 303, cookie: undefined, location: `/login#link=${link.searchParams.get('code')}` }
    const visit = async (headers: Record<string, string>) => {
      const answer = await rawRequest(stack.url, { path, headers: { 'sec-fetch-mode': 'navigate', ...headers } })
      return { status: answer.status, cookie: answer.headers['set-cookie'], location: answer.headers.location }
    }
    for (const site of ['cross-site', 'same-site']) expect(await visit({ 'sec-fetch-site': site })).toEqual(asks)
    const owner = async (body: object) =>
      rawRequest(stack.url, {
        method: 'POST',
        path: '/api/auth/link/owner',
        headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
        body: JSON.stringify(body),
      })
    expect(JSON.parse((await owner({ code: link.searchParams.get('code') })).text)).toEqual({ name: 'owner' })
    expect((await owner({ code: 'svl_none' })).status).toBe(401)
    // Somebody is signed in, and the link is another's.
    const { link: others } = await stack.api.user.create.mutate({ name: 'mallory', role: 'viewer' })
    const foreign = new URL(others?.url ?? '')
    const follow = async (headers: Record<string, string>) => {
      const answer = await rawRequest(stack.url, {
        path: foreign.pathname + foreign.search,
        headers: { cookie, ...headers },
      })
      return [answer.headers['set-cookie'] !== undefined, answer.headers.location]
    }
    // Same-origin is also a link in what a program has printed.
    for (const site of ['none', 'same-origin'])
      expect(await follow({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).toEqual([
        false,
        `/login#link=${foreign.searchParams.get('code')}`,
      ])
    const signedIn = await visit({ 'sec-fetch-site': 'none' })
    expect(signedIn).toMatchObject({ status: 303, location: '/' })
    // What the page that has asked sends, of another browser that is signed in: its cookie is replaced.
    const other = String(signedIn.cookie).split(';')[0] ?? ''
    expect(await follow({ cookie: other, 'sec-fetch-site': 'same-origin', 'x-stratavore': '1' })).toEqual([true, '/'])
  })

  it('opens no socket with a cookie and without an Origin; a bearer token needs none', async () => {
    expect(await rawUpgrade(stack.url, `${SOCKET}websocket`, { cookie })).toBe(403)
    expect(await rawUpgrade(stack.url, `${SOCKET}websocket`, { cookie, origin: stack.url })).toBe(101)
    expect(await rawUpgrade(stack.url, `${SOCKET}websocket`, bearer())).toBe(101)
    expect(await rawUpgrade(stack.url, `${SOCKET}websocket`, {})).toBe(401)
    expect(await rawUpgrade(stack.url, `${SOCKET}websocket&token=${stack.token}`, {})).toBe(401)
    expect(await rawUpgrade(stack.url, '/anything', bearer())).toBe(404)
  })

  it('does not reach the metrics', async () => {
    const metrics = (host: string) =>
      rawRequest(stack.metricsUrl, {
        path: '/metrics',
        headers: { host: host.replace('PORT', String(stack.ports.metricsPort)) },
      })
    expect((await metrics('127.0.0.1:PORT')).status).toBe(200)
    for (const host of ['evil.com', 'evil.com:PORT', '127.0.0.1.evil.com:PORT']) {
      expect((await metrics(host)).status).toBe(403)
    }
  })
})

describe('binding', () => {
  it.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', '127.0.0.1.evil.com'])('to %s is refused', async (host) => {
    const home = createTempHome()
    const [port, metricsPort] = await freePorts(2)
    const launcher = spawnLauncher({
      env: {
        STRATAVORE_HOME: home.path,
        STRATAVORE_PORT: `${port}`,
        STRATAVORE_METRICS_PORT: `${metricsPort}`,
        STRATAVORE_HOST: host,
      },
    })
    const { code } = await launcher.exited
    expect(launcher.output().trim().split('\n')).toEqual([
      expect.stringMatching(
        /^stratavore: STRATAVORE_HOST: (must be an address|\S+ can be reached from other machines)/,
      ),
    ])
    expect(code).toBe(2)
    home.remove()
  })

  it('is to loopback only', async () => {
    // 0100007F is 127.0.0.1 as the kernel prints it; state 0A is LISTEN.
    const listening = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A')
      .map((fields) => fields[1] ?? '')
    for (const port of [stack.ports.port, stack.ports.metricsPort]) {
      const hex = port.toString(16).toUpperCase().padStart(4, '0')
      expect(listening.filter((address) => address.endsWith(`:${hex}`))).toEqual([`0100007F:${hex}`])
    }
  })
})
