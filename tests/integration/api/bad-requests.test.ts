import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProject } from '../../support/launch'
import { residentMb } from '../../support/resident-memory'
import type { Stack } from '../../support/stack'
import type { DatabaseFacts } from './database-facts'
import { errorCodeOf, type RawRequest, rawRequest } from './raw-http'
import { type ProbedStack, startProbedStack } from './stack-with-database'

let probed: ProbedStack
let stack: Stack
let project: { name: string; path: string }
let before: DatabaseFacts

beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  project = await createProject(stack)
})
afterAll(() => probed.stop())
beforeEach(async () => {
  before = await probed.database.facts()
})
afterEach(async () => {
  expect(await probed.database.facts()).toEqual(before)
})

const JSON_TYPE = 'application/json'
const send = ({ headers, ...request }: RawRequest) =>
  rawRequest(stack.url, { ...request, headers: { authorization: `Bearer ${stack.token}`, ...headers } })
const quotaSet = () => JSON.stringify({ project: project.name, runners: 3 })

describe('a batch', () => {
  const batch = (count: number) => `/api/trpc/${Array(count).fill('auth.me').join(',')}?batch=1&input=%7B%7D`

  it('of 1,000 calls is refused', async () => {
    const answer = await send({ path: batch(1_000) })
    expect([answer.status, errorCodeOf(answer)]).toEqual([400, 'invalid_input'])
  })

  it('of a few is answered', async () => {
    const answer = await send({ path: batch(5) })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toHaveLength(5)
  })
})

describe('a body of 100 MB', () => {
  const MIB = 1024 * 1024
  /** More than one body's worth of buffers would be seen; the garbage of 1 MB parts is not. */
  const FLAT_BYTES = 60 * MIB
  const rssOf = (pid: number) => residentMb(pid) * MIB

  async function peakWhile<T>(work: () => Promise<T>): Promise<{ result: T; grown: number }> {
    const { web } = await stack.pids()
    const start = rssOf(web)
    let peak = start
    const watch = setInterval(() => {
      peak = Math.max(peak, rssOf(web))
    }, 5)
    try {
      return { result: await work(), grown: peak - start }
    } finally {
      clearInterval(watch)
    }
  }
  function* hundredMegabytes(): Generator<string> {
    const part = 'x'.repeat(MIB)
    for (let i = 0; i < 100; i += 1) yield part
  }
  const post = (path: string, headers: Record<string, string>) =>
    send({ method: 'POST', path, headers: { 'content-type': JSON_TYPE, ...headers }, body: hundredMegabytes() })

  it('of announced length is 413, with flat memory', async () => {
    const { result, grown } = await peakWhile(() =>
      post('/api/trpc/quota.set', { 'content-length': String(100 * MIB) }),
    )
    expect([result.status, errorCodeOf(result)]).toEqual([413, 'payload_too_large'])
    expect(grown).toBeLessThan(FLAT_BYTES)
  })

  it('in chunks is 413, with flat memory', async () => {
    const { result, grown } = await peakWhile(() => post('/api/trpc/quota.set', { 'transfer-encoding': 'chunked' }))
    expect([result.status, errorCodeOf(result)]).toEqual([413, 'payload_too_large'])
    expect(grown).toBeLessThan(FLAT_BYTES)
  })

  it.each(['/', '/login', '/healthz', '/socket.io/?EIO=4&transport=polling'])(
    'to %s costs no memory either',
    async (path) => {
      const { result, grown } = await peakWhile(() => post(path, { 'transfer-encoding': 'chunked' }))
      expect(result.status).toBeLessThan(500)
      expect(grown).toBeLessThan(FLAT_BYTES)
      expect((await send({ path: '/healthz' })).status).toBe(200)
    },
  )
})

describe('a mutation', () => {
  it('by GET is 405', async () => {
    const answer = await send({ path: `/api/trpc/quota.set?input=${encodeURIComponent(quotaSet())}` })
    expect(answer.status).toBe(405)
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('by %s is refused', async (method) => {
    const answer = await send({
      method,
      path: '/api/trpc/quota.set',
      headers: { 'content-type': JSON_TYPE },
      body: quotaSet(),
    })
    expect(answer.status).toBe(405)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'text/plain; application/json',
    'application/jsonp',
    '',
  ])('as %s is 415', async (type) => {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
    const answer = await send({ method: 'POST', path: '/api/trpc/quota.set', headers, body: quotaSet() })
    expect(answer.status).toBe(415)
  })

  it.each(['', '{', 'null', '[]', '{"json":', '\0', '{"project":"x","project":"y"}', `${'['.repeat(100_000)}`])(
    'with the body %.12j is 400 and not a crash',
    async (body) => {
      const answer = await send({
        method: 'POST',
        path: '/api/trpc/quota.set',
        headers: { 'content-type': JSON_TYPE },
        body,
      })
      expect([answer.status, errorCodeOf(answer)]).toEqual([400, 'invalid_input'])
    },
  )
})

describe('an address that leads nowhere', () => {
  it.each([
    '/api/trpc/nothing.here',
    '/api/trpc/runner.__proto__',
    '/api/trpc/constructor.prototype',
    '/api/trpc/',
    '/api/nothing',
    '/%',
    '//',
    '//evil.example/login',
    '/\\evil.example/login',
    'http://evil.example/login',
    '/api/trpc/%E0%A4%A',
    '/_next/static/..%2f..%2fserver/app/page.js',
    '/_next/static/../../package.json',
    '/..%2f..%2fetc/passwd',
    '/_next/image?url=http://127.0.0.1:9/x&w=64&q=75',
  ])('%s is the caller’s mistake, not ours', async (path) => {
    const answer = await send({ path })
    expect(answer.status, answer.text.slice(0, 300)).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })
})

describe('what fails inside', () => {
  it('is told without a stack, a query or a path', async () => {
    await probed.database.query('ALTER TABLE quotas RENAME TO quotas_away')
    try {
      const answer = await send({ path: '/api/trpc/quota.list' })
      expect([answer.status, errorCodeOf(answer)]).toEqual([500, 'internal'])
      expect(answer.text).not.toMatch(
        /quotas_away|SELECT|prisma|\bat \S+ \(|node_modules|\.ts\b|\.mjs\b|\/work|\/tmp|stack/i,
      )
    } finally {
      await probed.database.query('ALTER TABLE quotas_away RENAME TO quotas')
    }
    expect((await send({ path: '/api/trpc/quota.list' })).status).toBe(200)
  })

  it('is not reached through a page', async () => {
    const answer = await send({
      method: 'POST',
      path: '/projects',
      headers: { 'content-type': 'text/x-component', 'next-action': 'ffff', rsc: '1' },
      body: '0:{"a":"$@1"}\n1:E{"digest"',
    })
    expect(answer.status).toBe(405)
    expect((await send({ path: '/healthz' })).status).toBe(200)
  })
})
