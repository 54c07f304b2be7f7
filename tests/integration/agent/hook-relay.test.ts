import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HookCall } from '@/agent/loopback/hooks'
import { type LoopbackServer, startLoopbackServer } from '@/agent/loopback/loopback-server'
import { bundleAgent } from '@/agent/testing/agent-process'

let bundle: Awaited<ReturnType<typeof bundleAgent>>
let server: LoopbackServer
beforeAll(async () => {
  bundle = await bundleAgent()
  server = await startLoopbackServer((message, detail) => {
    throw new Error(`${message}: ${detail}`)
  })
}, 60_000)
afterAll(async () => {
  await server.stop()
  bundle.remove()
})

/** Runs the relay as a program runs a command hook. Resolves with its exit code and what it printed. */
const relay = (variables: Record<string, string>, input: string): Promise<[number, string]> =>
  new Promise((resolve) => {
    const env = { NODE_ENV: 'test' as const, ...variables }
    const child = execFile(process.execPath, [join(bundle.dir, 'hook-relay.mjs')], { env }, (error, stdout, stderr) =>
      resolve([error === null ? 0 : Number(error.code), stdout + stderr]),
    )
    child.stdin?.end(input)
  })
const start = JSON.stringify({ hook_event_name: 'SessionStart', session_id: 's', source: 'startup' })

it('hands what it gets to the agent, with the process it is a hook of, and says nothing', async () => {
  const runnerId = randomUUID()
  const life = server.lives.open(runnerId, 1, null)
  const calls: HookCall[] = []
  server.hooks.listen('SessionStart', (call) => {
    calls.push(call)
    return { ignored: true }
  })
  const url = `${server.url}/hook/${runnerId}/1`
  const env = { STRATAVORE_HOOK_URL: url, STRATAVORE_HOOK_SECRET: life.secret, CLAUDE_PID: '4711' }
  expect(await relay(env, start)).toEqual([0, ''])
  expect(calls.map((call) => [call.runnerId, call.pid, call.event.source])).toEqual([[runnerId, 4711, 'startup']])
})

it.each([
  ['an agent that is away', { STRATAVORE_HOOK_URL: 'http://127.0.0.1:1/hook', STRATAVORE_HOOK_SECRET: 'x' }],
  ['an address that is none', { STRATAVORE_HOOK_URL: 'nonsense', STRATAVORE_HOOK_SECRET: 'x' }],
  ['no agent at all', {}],
])('succeeds quietly with %s', async (_, env) => {
  expect(await relay(env, start)).toEqual([0, ''])
})
