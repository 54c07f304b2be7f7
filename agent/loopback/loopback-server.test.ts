import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HookCall, HookReply } from './hooks'
import { type LoopbackServer, startLoopbackServer } from './loopback-server'
import { MAX_BODY_BYTES } from './read-body'
import type { RunnerLife } from './runner-lives'

const problems: string[] = []
let server: LoopbackServer
let life: RunnerLife
const event = (name: string, more: object = {}) => ({ hook_event_name: name, session_id: 'session-1', ...more })

interface Post {
  path?: string
  secret?: string | null
  body?: unknown
  method?: string
  signal?: AbortSignal
}

const post = ({ path, secret, body, method = 'POST', signal }: Post): Promise<Response> =>
  fetch(`${server.url}${path ?? `/hook/${life.runnerId}/${life.epoch}`}`, {
    method,
    headers: secret === null ? {} : { 'x-stratavore-secret': secret ?? life.secret },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })

beforeEach(async () => {
  problems.length = 0
  server = await startLoopbackServer((message) => problems.push(message))
  life = server.lives.open(randomUUID(), 3, 'session-1')
})
afterEach(() => server.stop())

describe('the loopback server', () => {
  it('hands a hook to every listener of its event and answers what the first of them says', async () => {
    const seen: HookCall[] = []
    const listener = (reply: HookReply) => (call: HookCall) => {
      seen.push(call)
      return reply
    }
    server.hooks.listen('PreToolUse', listener(null))
    server.hooks.listen('PreToolUse', listener({ continue: false }))
    server.hooks.listen('PostToolUse', listener({ wrong: true }))
    const response = await post({ body: event('PreToolUse', { tool_name: 'Bash', unknown: 7 }) })
    expect([response.status, await response.json()]).toEqual([200, { continue: false }])
    expect(seen.map((call) => [call.runnerId, call.epoch, call.event.tool_name, call.event.unknown])).toEqual([
      [life.runnerId, 3, 'Bash', 7],
      [life.runnerId, 3, 'Bash', 7],
    ])
  })

  it('answers nothing to say when no listener has, even when one fails, and one that has left is not asked', async () => {
    const leave = server.hooks.listen('Stop', () => ({ wrong: true }))
    leave()
    server.hooks.listen('Stop', () => Promise.reject(new Error('broken')))
    const response = await post({ body: event('Stop') })
    expect([response.status, await response.json()]).toEqual([200, {}])
    expect(problems).toEqual(['a hook (Stop) could not be handled'])
  })

  it('holds a hook until it is answered, and tells when the program went away', async () => {
    let called: (call: HookCall) => void = () => {}
    const call = new Promise<HookCall>((resolve) => {
      called = resolve
    })
    server.hooks.listen('PermissionRequest', (given) => {
      called(given)
      return new Promise(() => {})
    })
    const program = new AbortController()
    const answered = post({ body: event('PermissionRequest'), signal: program.signal }).catch(() => 'cut')
    const { hungUp } = await call
    expect(hungUp.aborted).toBe(false)
    const told = new Promise((resolve) => hungUp.addEventListener('abort', () => resolve('told')))
    program.abort()
    expect([await answered, await told]).toEqual(['cut', 'told'])
    expect(problems).toEqual([])
  })

  it('drops the events of a session that is not the runner’s', async () => {
    let calls = 0
    server.hooks.listen('Stop', () => {
      calls += 1
      return null
    })
    await post({ body: { ...event('Stop'), session_id: 'of-a-child' } })
    expect(calls).toBe(0)
    await post({ body: event('Stop') })
    expect(calls).toBe(1)
  })

  it('takes a field of another shape for missing: versions differ', async () => {
    const inputs: unknown[] = []
    server.hooks.listen('PreToolUse', (call) => {
      inputs.push(call.event.tool_input)
      return null
    })
    expect((await post({ body: event('PreToolUse', { tool_input: 'text', model: 7 }) })).status).toBe(200)
    expect(inputs).toEqual([undefined])
  })

  it('serves other paths to whoever mounts them, with the life the secret is of', async () => {
    const got: unknown[] = []
    server.post('/otlp/v1/logs', ({ runnerId }, body) => void got.push([runnerId, body]))
    expect((await post({ path: '/otlp/v1/logs', body: { resourceLogs: [] } })).status).toBe(200)
    expect(got).toEqual([[life.runnerId, { resourceLogs: [] }]])
  })

  it.each<[string, () => Post, number]>([
    ['no secret', () => ({ secret: null, body: event('Stop') }), 403],
    ['a wrong secret', () => ({ secret: 'f'.repeat(64), body: event('Stop') }), 403],
    ['another runner’s path', () => ({ path: `/hook/${randomUUID()}/3`, body: event('Stop') }), 403],
    ['an earlier epoch', () => ({ path: `/hook/${life.runnerId}/2`, body: event('Stop') }), 403],
    ['another path', () => ({ path: '/elsewhere', body: {} }), 404],
    ['another method', () => ({ method: 'GET' }), 405],
    ['no JSON', () => ({ body: '{"a"' }), 400],
    ['no event', () => ({ body: { hook_event_name: 'Stop' } }), 400],
    ['a body that is too long', () => ({ body: 'x'.repeat(MAX_BODY_BYTES + 1) }), 413],
  ])('refuses %s', async (_, make, status) => {
    let calls = 0
    server.hooks.listen('Stop', () => {
      calls += 1
      return null
    })
    // A client that is still sending when it is refused may see the cut instead of the answer.
    const seen = await post(make()).then(
      (response) => response.status,
      () => 413,
    )
    expect(seen).toBe(status)
    expect(calls).toBe(0)
    expect(problems).toEqual([])
  })

  it('forgets a life that has ended', async () => {
    server.lives.close(life.runnerId, life.epoch)
    expect((await post({ body: event('Stop') })).status).toBe(403)
  })
})
