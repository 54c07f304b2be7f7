import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning } from '../../support/launch'
import { residentMb } from '../../support/resident-memory'
import type { Stack } from '../../support/stack'
import { errorCodeOf, type RawRequest, rawRequest, rawUpgrade } from '../api/raw-http'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { addUser } from './other-user'

// One test for each line of "Hostile inputs: HTTP" in the design; the line is its title. Wider ones are in ../api.

let probed: ProbedStack
let stack: Stack
let project: { name: string; path: string }
let runnerId: string
let cookie: string
let pids: { web: number; daemon: number | null }

beforeAll(async () => {
  probed = await startProbedStack({ env: { STRATAVORE_LOG_LEVEL: 'debug' } })
  stack = probed.stack
  project = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
  const { url } = await stack.api.auth.createLoginLink.mutate()
  const signIn = await send({ path: url.slice(stack.url.length) })
  cookie = (signIn.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? ''
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
})
afterAll(() => probed.stop())
afterEach(async () => {
  // Whatever was sent, both processes are the ones they were.
  const { web, daemon } = await stack.pids()
  expect({ web, daemon }).toEqual(pids)
})

const send = (request: RawRequest) => rawRequest(stack.url, request)
const bearer = () => ({ authorization: `Bearer ${stack.token}` })
const JSON_TYPE = { 'content-type': 'application/json' }
const ME = '/api/trpc/auth.me'
const SOCKET = '/socket.io/?EIO=4&transport=websocket'
const mutate = (procedure: string, body: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    path: `/api/trpc/${procedure}`,
    headers: { ...bearer(), ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

it('`Host: evil.com`, `Host: 127.0.0.1.evil.com` → 403', async () => {
  for (const host of ['evil.com', '127.0.0.1.evil.com', `127.0.0.1.evil.com:${stack.ports.port}`]) {
    expect((await send({ path: ME, headers: { ...bearer(), host } })).status).toBe(403)
    expect(await rawUpgrade(stack.url, SOCKET, { ...bearer(), host })).toBe(403)
  }
  expect((await send({ path: ME, headers: bearer() })).status).toBe(200)
})

it('foreign Origin, `Origin: null`, `Origin: http://localhost:<other port>` on a mutation → 403', async () => {
  const before = await probed.database.facts()
  for (const origin of ['http://evil.com', 'null', `http://localhost:${stack.ports.port + 1}`])
    expect((await mutate('quota.set', { project: project.name, runners: 9 }, { origin })).status).toBe(403)
  expect(await probed.database.facts()).toEqual(before)
})

it('upgrade with a cookie and no Origin → 403; no Origin with a bearer token → ordinary authentication', async () => {
  expect(await rawUpgrade(stack.url, SOCKET, { cookie })).toBe(403)
  expect(await rawUpgrade(stack.url, SOCKET, { cookie, origin: stack.url })).toBe(101)
  expect(await rawUpgrade(stack.url, SOCKET, bearer())).toBe(101)
  expect(await rawUpgrade(stack.url, SOCKET, { authorization: `Bearer svt_${'A'.repeat(43)}` })).toBe(401)
})

it('a mutation as text/plain or a form → 415; by GET → 405', async () => {
  const input = JSON.stringify({ project: project.name, runners: 9 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    expect((await mutate('quota.set', input, { 'content-type': type })).status).toBe(415)
  const path = `/api/trpc/quota.set?input=${encodeURIComponent(input)}`
  expect((await send({ path, headers: bearer() })).status).toBe(405)
})

it('`x-middleware-subrequest` → the same 401 as without; a garbage Flight/RSC body → 4xx, process alive', async () => {
  const skip = { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' }
  const [without, withIt] = [await send({ path: ME }), await send({ path: ME, headers: skip })]
  const own = (text: string) => text.replace(/"requestId":"[^"]*"/, '')
  expect([withIt.status, own(withIt.text)]).toEqual([401, own(without.text)])
  const page = { rsc: '1', 'next-router-state-tree': '%5B%5D', ...skip }
  expect((await send({ path: '/', headers: page })).status).toBe(401)
  for (const path of ['/', '/login', '/projects']) {
    for (const body of ['0:{"a":"$@1"}\n1:E{"digest"', '["$F1",{"__proto__":{}}]', '\0\x01\x02']) {
      const headers = { ...bearer(), 'content-type': 'text/x-component', 'next-action': 'f'.repeat(40), rsc: '1' }
      const { status } = await send({ method: 'POST', path, headers, body })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    const asked = await send({ path, headers: { ...bearer(), rsc: '1', 'next-router-state-tree': '%00garbage{' } })
    expect(asked.status).toBeLessThan(500)
  }
})

it('a valid token in the query string → 401, and absent from the logs', async () => {
  for (const name of ['token', 'access_token', 'authorization', 'code', 'auth'])
    expect((await send({ path: `${ME}?${name}=${stack.token}` })).status).toBe(401)
  expect(await rawUpgrade(stack.url, `${SOCKET}&token=${stack.token}`, {})).toBe(401)
  const logs = readdirSync(join(stack.home, 'logs')).map((file) => readFileSync(join(stack.home, 'logs', file), 'utf8'))
  // The requests are in the debug log, so the absence says something.
  expect(logs.join('')).toContain(ME)
  expect(logs.join('')).not.toContain(stack.token)
})

it('tampered, expired, alg-none session → 401; 20 bad logins → 429, equal timing for an unknown user', async () => {
  const [name = '', value = ''] = cookie.split('=')
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"owner"}').toString('base64url')}.`
  for (const wrong of [`${value.slice(0, -1)}_`, `${value}x`, none, 'undefined', `${value},${value}`])
    expect((await send({ path: ME, headers: { cookie: `${name}=${wrong}` } })).status).toBe(401)
  const { url } = await stack.api.auth.createLoginLink.mutate()
  const other = (await send({ path: url.slice(stack.url.length) })).headers['set-cookie']?.[0]?.split(';', 1)[0] ?? ''
  expect((await send({ path: ME, headers: { cookie: other } })).status).toBe(200)
  await probed.database.query(
    `UPDATE web_sessions SET expires_at = now() - interval '1 ms' WHERE created_at = (SELECT max(created_at) FROM web_sessions)`,
  )
  expect((await send({ path: ME, headers: { cookie: other } })).status).toBe(401)

  await stack.api.auth.setPassword.mutate({ password: 'nine slow otters swim' })
  const signIn = async (user: string) => {
    const startedAt = performance.now()
    const { status, text } = await send({
      method: 'POST',
      path: '/api/auth/password',
      headers: { ...JSON_TYPE, 'x-stratavore': '1' },
      body: JSON.stringify({ name: user, password: 'wrong wrong wrong' }),
    })
    return { status, text, ms: performance.now() - startedAt }
  }
  const { id } = await addUser(probed, 'viewer')
  const { rows: named } = await probed.database.query('SELECT name FROM users WHERE id = $1', [id])
  const names = { owner: 'owner', nobody: 'nobody', 'has no password': String(named[0]?.name) }
  const tries: { who: string; status: number; text: string; ms: number }[] = []
  // In turns, so that what else this machine does falls on all alike.
  for (let turn = 0; turn < 12; turn += 1)
    for (const [who, name] of Object.entries(names)) tries.push({ who, ...(await signIn(name)) })
  expect(tries.map(({ status }) => status)).toEqual(tries.map(() => 401))
  expect(new Set(tries.map(({ text }) => text)).size).toBe(1)
  const median = (of: string) => {
    const times = tries.filter(({ who }) => who === of).map(({ ms }) => ms)
    return times.sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0
  }
  // Who is not there, or has no password, costs the same hash: without it the answer comes in a tenth of the time or less.
  for (const who of ['nobody', 'has no password']) {
    expect(median(who) / median('owner'), who).toBeGreaterThan(0.4)
    expect(median(who) / median('owner'), who).toBeLessThan(2.5)
  }
  // The twelve of this name and ten more, of the same network.
  await Promise.all(Array.from({ length: 10 }, () => signIn('owner')))
  expect((await signIn('owner')).status).toBe(429)
})

it('a 100 MB body → 413 with flat memory; a 1,000-call tRPC batch → 400', async () => {
  const rss = () => residentMb(pids.web)
  function* hundredMegabytes(): Generator<string> {
    const part = 'x'.repeat(1024 * 1024)
    for (let index = 0; index < 100; index += 1) yield part
  }
  const before = rss()
  const answer = await send({
    method: 'POST',
    path: '/api/trpc/quota.set',
    headers: { ...bearer(), ...JSON_TYPE, 'transfer-encoding': 'chunked' },
    body: hundredMegabytes(),
  })
  expect([answer.status, errorCodeOf(answer)]).toEqual([413, 'payload_too_large'])
  expect(rss() - before).toBeLessThan(60)
  const batch = await send({
    path: `/api/trpc/${Array(1_000).fill('a.b').join(',')}?batch=1&input=%7B%7D`,
    headers: bearer(),
  })
  expect([batch.status, errorCodeOf(batch)]).toEqual([400, 'invalid_input'])
})

it('a body full of what nobody asked for → 400, told in a few words, and soon', async () => {
  const names = `-----BEGIN PRIVATE KEY-----${' 11111111111111'.repeat(4)}!`.repeat(10_000)
  const startedAt = performance.now()
  const { status, text } = await mutate('runner.launch', { project: project.name, [names]: 1 })
  expect(status).toBe(400)
  expect(text.length).toBeLessThan(2_000)
  // It was five seconds, in which nobody else was answered.
  expect(performance.now() - startedAt).toBeLessThan(3_000)
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1]))
  expect((await mutate('runner.launch', { project: project.name, ...many })).text.length).toBeLessThan(2_000)
})

it('a forced exception → generic error: no stack, SQL or path', async () => {
  await probed.database.query('ALTER TABLE quotas RENAME TO quotas_away')
  try {
    const answer = await send({ path: '/api/trpc/quota.list', headers: bearer() })
    expect([answer.status, errorCodeOf(answer)]).toEqual([500, 'internal'])
    expect(answer.text).not.toMatch(
      /quotas_away|SELECT|prisma|\bat \S+ \(|node_modules|\.m?[jt]s\b|\/(work|tmp|home)\b/i,
    )
  } finally {
    await probed.database.query('ALTER TABLE quotas_away RENAME TO quotas')
  }
})

it("another owner's id → 404; an id that is none → 400", async () => {
  const stranger = await addUser(probed, 'operator')
  const input = (id: string) => encodeURIComponent(JSON.stringify({ id }))
  for (const query of ['runner.get', 'runner.screen', 'runner.logs']) {
    const path = (id: string) => `/api/trpc/${query}?input=${input(id)}`
    expect((await send({ path: path(runnerId), headers: bearer() })).status, query).toBe(200)
    expect((await send({ path: path(runnerId), headers: stranger.headers })).status, query).toBe(404)
    for (const id of ['x', '../x', "'--"]) expect((await send({ path: path(id), headers: bearer() })).status).toBe(400)
  }
  for (const mutation of ['runner.stop', 'runner.attach'])
    expect((await mutate(mutation, { id: runnerId }, stranger.headers)).status, mutation).toBe(404)
})

it('NUL, lone surrogate, bidi override in names → 400 or escaped; a 100 kB name → 400; CR/LF bound for a header → 400', async () => {
  for (const name of ['a\0b', 'a\ud800', 'a\u202eb', 'a'.repeat(100_000), 'a\r\nset-cookie: x=y']) {
    const create = await mutate('project.create', { name, path: stack.workDir })
    expect([create.status, errorCodeOf(create)]).toEqual([400, 'invalid_input'])
    expect((await mutate('runner.launch', { project: project.name, name })).status).toBe(400)
  }
  const answer = await send({ path: '/login?code=%0d%0aset-cookie:%20a=b', headers: {} })
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers.location).toBe('/login?error=link')
})

it('−1, 1.5, NaN, 1e309, 2^63 as quota or budget → 400', async () => {
  for (const number of ['-1', '1.5', 'NaN', '1e309', '9223372036854775808']) {
    const quota = await mutate('quota.set', `{"project":"${project.name}","runners":${number}}`)
    expect([quota.status, errorCodeOf(quota)], number).toEqual([400, 'invalid_input'])
    const fields = `"project":"${project.name}","period":"daily","unit":"tokens"`
    const budget = await mutate('budget.set', `{${fields},"limit":${number}}`)
    expect([budget.status, errorCodeOf(budget)], number).toEqual([400, 'invalid_input'])
  }
})

it('an idempotency key reused with another body → 409', async () => {
  const idempotencyKey = randomUUID()
  const launch = (prompt: string) =>
    mutate('runner.launch', { project: project.name, provider: 'echo', prompt, idempotencyKey })
  const first = await launch('one')
  expect(first.status).toBe(200)
  expect((await launch('one')).text).toContain(JSON.parse(first.text).result.data.id)
  const second = await launch('two')
  expect([second.status, errorCodeOf(second)]).toEqual([409, 'conflict'])
})
