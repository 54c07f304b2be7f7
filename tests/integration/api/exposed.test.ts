import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeCertificate } from '../../support/certificate'
import { freePorts } from '../../support/free-port'
import { spawnLauncher } from '../../support/launcher'
import { processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import { type RawRequest, rawRequest, rawUpgrade } from './raw-http'

// Some start a stack of their own.
vi.setConfig({ testTimeout: 180_000 })

/** What a declared proxy of 127.0.0.1 says of a client elsewhere that came by TLS. */
const VIA_PROXY = {
  host: 'me.example',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
}

describe('behind a declared proxy', () => {
  let stack: Stack
  const send = (asked: RawRequest) => rawRequest(stack.url, asked)
  const bearer = () => ({ authorization: `Bearer ${stack.token}` })
  const me = '/api/trpc/auth.me'
  beforeAll(async () => {
    stack = await startStack({
      env: { STRATAVORE_TRUSTED_PROXIES: '127.0.0.1', STRATAVORE_PUBLIC_URL: 'https://me.example' },
    })
  })
  afterAll(() => stack.stop())

  it('serves what came by TLS, with a cookie that is bound to the host and HSTS', async () => {
    const { url } = await stack.api.auth.createLoginLink.mutate()
    const path = url.slice(new URL(url).origin.length)
    const signIn = await send({ path, headers: VIA_PROXY })
    const [cookie = ''] = signIn.headers['set-cookie'] ?? []
    expect(cookie).toMatch(new RegExp(`^__Host-stratavore_session_${stack.ports.port}=svc_`))
    expect(cookie.split('; ')).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']))
    expect(signIn.headers['strict-transport-security']).toMatch(/^max-age=\d+$/)
    const value = cookie.split(';', 1)[0] ?? ''
    const headers = { ...VIA_PROXY, cookie: value, origin: 'https://me.example' }
    expect((await send({ path: me, headers })).status).toBe(200)
    expect(await rawUpgrade(stack.url, '/socket.io/?EIO=4&transport=websocket', headers)).toBe(101)
    // The same value under the name of plain HTTP, or without the proxy, opens nothing.
    const plainName = value.replace('__Host-', '')
    expect((await send({ path: me, headers: { ...VIA_PROXY, cookie: plainName } })).status).toBe(401)
    expect((await send({ path: me, headers: { cookie: value } })).status).toBe(401)
  })

  it('refuses what did not come by TLS, and foreign names the proxy passes on', async () => {
    const refused: Record<string, string>[] = [
      { ...VIA_PROXY, 'x-forwarded-proto': 'http' },
      { host: 'me.example', 'x-forwarded-for': '203.0.113.9' },
      // It says to be this machine, to which plain HTTP is served.
      { host: 'me.example', 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
      { ...VIA_PROXY, host: 'evil.com' },
      { ...VIA_PROXY, 'x-forwarded-host': 'evil.com' },
      { ...VIA_PROXY, origin: 'http://me.example' },
      { ...VIA_PROXY, origin: 'https://evil.com' },
    ]
    for (const headers of refused) {
      expect((await send({ path: me, headers: { ...headers, ...bearer() } })).status, JSON.stringify(headers)).toBe(403)
      expect(await rawUpgrade(stack.url, '/socket.io/?EIO=4&transport=websocket', { ...headers, ...bearer() })).toBe(
        403,
      )
    }
    expect((await send({ path: me, headers: { ...VIA_PROXY, ...bearer() } })).status).toBe(200)
  })

  it('writes down who came from elsewhere: the hop before the proxy, not what the client wrote', async () => {
    await send({ path: me, headers: { ...VIA_PROXY, 'x-forwarded-for': '127.0.0.1, 198.51.100.7', ...bearer() } })
    const log = () => readFileSync(join(stack.home, 'logs/web.log'), 'utf8')
    await waitUntil('the request is logged', () => log().includes('"from":"198.51.100.7"'))
  })

  it('keeps serving programs of this machine in plain HTTP', async () => {
    expect((await send({ path: me, headers: bearer() })).status).toBe(200)
  })
})

describe('without a declared proxy', () => {
  it('nobody is believed who says to be one', async () => {
    const stack = await startStack({ env: { STRATAVORE_PUBLIC_URL: 'https://me.example' } })
    try {
      expect(await openTo(stack)).toMatch(
        /listens on 127\.0\.0\.1, port \d+: only this machine reaches it; also as me\.example$/,
      )
      const { url } = await stack.api.auth.createLoginLink.mutate()
      const path = url.slice(new URL(url).origin.length)
      // Neither as what it claims (by TLS, from elsewhere), nor as this machine: it is passed on for somebody.
      for (const host of [new URL(stack.url).host, 'me.example']) {
        const answer = await rawRequest(stack.url, { path, headers: { ...VIA_PROXY, host } })
        expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
        expect(answer.headers['strict-transport-security']).toBeUndefined()
      }
      const own = await rawRequest(stack.url, { path })
      expect(own.headers['set-cookie']?.[0]).toMatch(/^stratavore_session_/)
      // Whoever passes on without a word counts as this machine: under the published name it is noticed, once.
      const log = () =>
        readFileSync(join(stack.home, 'logs/web.log'), 'utf8').split('passes requests on without').length - 1
      expect(log()).toBe(0)
      for (const _ of [1, 2])
        expect((await rawRequest(stack.url, { path: '/healthz', headers: { host: 'me.example' } })).status).toBe(200)
      await waitUntil('it is told', () => log() > 0)
      expect((await rawRequest(stack.url, { path: '/healthz', headers: { host: 'other.example' } })).status).toBe(403)
      expect(log()).toBe(1)
      const forged = { host: 'evil.com', 'x-forwarded-host': 'me.example', authorization: `Bearer ${stack.token}` }
      expect((await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: forged })).status).toBe(403)
    } finally {
      await stack.stop()
    }
  })
})

/** What doctor says is open, as it stands in its list. */
const openTo = async (stack: Stack): Promise<string> =>
  (await stack.cli(['doctor'])).stdout.split('\n').find((line) => line.includes('open to')) ?? ''

describe('without TLS, by an explicit word', () => {
  it('serves other machines, warns at its start, and doctor has it as a problem', async () => {
    const [port = 0, metricsPort = 0] = await freePorts(2)
    const host = `me.example:${port}`
    const stack = await startStack({
      ports: { port, metricsPort },
      env: {
        STRATAVORE_HOST: '0.0.0.0',
        STRATAVORE_PUBLIC_URL: `http://${host}`,
        STRATAVORE_ALLOW_PLAIN_HTTP: 'true',
      },
    })
    try {
      const log = readFileSync(join(stack.home, 'logs/web.log'), 'utf8')
      expect(log).toContain('STRATAVORE_ALLOW_PLAIN_HTTP is set: other machines are served without TLS')
      const headers = { host, 'x-forwarded-for': '203.0.113.9' }
      const answer = await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers })
      expect(answer.status, 'passed on for another machine, it is asked who it is').toBe(401)
      const bearer = { ...headers, authorization: `Bearer ${stack.token}` }
      expect((await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: bearer })).status).toBe(200)
      const { code, stdout } = await stack.cli(['doctor'])
      expect(code).toBe(1)
      expect(stdout).toMatch(/problem +open to/)
      expect(await openTo(stack)).toMatch(
        /listens on 0\.0\.0\.0, port \d+: other machines reach it; also as me\.example:\d+; STRATAVORE_ALLOW_PLAIN_HTTP: without TLS too/,
      )
    } finally {
      await stack.stop()
    }
  })
})

describe('with an own certificate', () => {
  let stack: Stack
  let files: TempHome
  let pem: string
  beforeAll(async () => {
    files = createTempHome()
    const made = makeCertificate(files.path)
    pem = made.pem
    stack = await startStack({ env: { STRATAVORE_TLS_CERT: made.certificate, STRATAVORE_TLS_KEY: made.key } })
  })
  afterAll(async () => {
    await stack.stop()
    files.remove()
  })

  /** One request over TLS that trusts this certificate only. */
  const secureGet = (path: string, headers: Record<string, string>, ca = pem) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const { port } = stack.ports
      const outgoing = request(
        { host: '127.0.0.1', port, path, ca, headers, agent: new Agent({ keepAlive: false }) },
        (response) => {
          response.resume()
          response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
        },
      )
      outgoing.once('error', reject)
      outgoing.end()
    })
  const served = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: stack.ports.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256)
        socket.destroy()
      })
      socket.once('error', reject)
    })

  it('serves TLS with bound cookies and https origins, and this machine in plain HTTP on the same port', async () => {
    const { url } = await stack.api.auth.createLoginLink.mutate()
    const signIn = await secureGet(url.slice(new URL(url).origin.length), {})
    const cookie = (signIn.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? ''
    expect(cookie).toMatch(/^__Host-stratavore_session_/)
    const origin = `https://127.0.0.1:${stack.ports.port}`
    expect((await secureGet('/api/trpc/auth.me', { cookie, origin })).status).toBe(200)
    expect((await secureGet('/api/trpc/auth.me', { cookie, origin: stack.url })).status).toBe(403)
    expect((await secureGet('/', { cookie, accept: 'text/html' })).status).toBe(200)
    const plain = { authorization: `Bearer ${stack.token}` }
    expect((await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: plain })).status).toBe(200)
  })

  it('doctor says that it is open to this machine, with TLS', async () => {
    expect(await openTo(stack)).toMatch(
      /listens on 127\.0\.0\.1, port \d+: only this machine reaches it; TLS with its own/,
    )
  })

  it('takes up a new certificate without a restart, and keeps the earlier one while files do not fit', async () => {
    const before = await served()
    const { web } = await stack.pids()
    const other = createTempHome()
    const next = makeCertificate(other.path)
    writeFileSync(join(files.path, 'certificate.pem'), next.pem)
    await waitUntil('the misfit is told', () =>
      readFileSync(join(stack.home, 'logs/web.log'), 'utf8').includes('the earlier one stays'),
    )
    expect(await served()).toBe(before)
    writeFileSync(join(files.path, 'key.pem'), readFileSync(next.key))
    await waitUntil('the new certificate is served', async () => (await served()) !== before)
    expect((await stack.pids()).web).toBe(web)
    expect((await secureGet('/healthz', {}, next.pem)).status).toBe(200)
    other.remove()
  })

  it('survives what is neither TLS nor HTTP', async () => {
    for (const bytes of ['\x16\x03\x01\x00', '\x16garbage that is no handshake', '\x00\x00', 'NONSENSE\r\n\r\n']) {
      const socket = connect(stack.ports.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.end(Buffer.from(bytes, 'latin1'))
      await once(socket.resume(), 'close')
    }
    const now = readFileSync(join(files.path, 'certificate.pem'), 'utf8')
    expect((await secureGet('/healthz', {}, now)).status).toBe(200)
  })
})

describe('a certificate that cannot be used', () => {
  it('ends the start with one line that names it', async () => {
    const home = createTempHome()
    const [port, metricsPort] = await freePorts(2)
    const file = join(home.path, 'x.pem')
    writeFileSync(file, 'no certificate')
    const launcher = spawnLauncher({
      env: {
        STRATAVORE_HOME: join(home.path, 'home'),
        STRATAVORE_PORT: `${port}`,
        STRATAVORE_METRICS_PORT: `${metricsPort}`,
        STRATAVORE_TLS_CERT: file,
        STRATAVORE_TLS_KEY: file,
      },
    })
    const { code } = await launcher.exited
    expect(launcher.output()).toMatch(/STRATAVORE_TLS_CERT: the certificate and its key cannot be used/)
    expect(code).toBe(1)
    // Its agent was started before web was; an agent waits for the next start.
    await waitUntil('nothing is left', () => {
      const left = processesOf(home.path)
      for (const { pid } of left) signal(pid, 'SIGKILL')
      return left.length === 0
    })
    home.remove()
  })
})
