import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { claudeVariables, provideClaude, seedClaudeHome } from '../../support/claude/provide-claude'
import { type ScriptedAnthropicApi, startScriptedAnthropicApi } from '../../support/claude/scripted-anthropic-api'
import { createTempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'

// The scripted model that other tests trust, played to the real program.
const API_KEY = 'sk-ant-api03-scripted-loopback-key-for-tests-0123456789'

let program: string
beforeAll(() => {
  program = join(provideClaude(), 'claude')
})

const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const headlessResult = z.object({ session_id: z.string(), result: z.string() })

interface Headless {
  child: ChildProcess
  /** What it printed, once it has ended. */
  result(): Promise<z.infer<typeof headlessResult>>
}

async function setUp(): Promise<{ model: ScriptedAnthropicApi; ask(prompt: string): Headless }> {
  const model = await startScriptedAnthropicApi()
  cleanUps.push(() => model.close())
  const temp = createTempHome()
  cleanUps.push(() => temp.remove())
  const work = join(dirname(temp.path), 'work')
  mkdirSync(work)
  seedClaudeHome(temp.path, { apiKey: API_KEY, projectDir: work })
  const own = { PATH: process.env.PATH, HOME: temp.path, NODE_ENV: 'test' } as const
  const env = { ...own, ...claudeVariables(model.url, API_KEY) }
  return {
    model,
    ask(prompt) {
      const args = ['-p', prompt, '--output-format', 'json', '--allowed-tools', 'Bash', 'Agent']
      const child = spawn(program, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] })
      cleanUps.push(() => void child.kill('SIGKILL'))
      const closed = once(child, 'close')
      let printed = ''
      child.stdout.on('data', (part: Buffer) => {
        printed += part.toString('utf8')
      })
      return { child, result: () => closed.then(() => headlessResult.parse(JSON.parse(printed))) }
    },
  }
}

test('tools, parallel tools, errors and usage come as the prompt directs, and are counted', async () => {
  const { model, ask } = await setUp()
  const parallel = JSON.stringify(
    ['b', 'c'].map((name) => ({ name: 'Bash', input: { command: `echo ${name}`, description: 'echo' } })),
  )
  const prompt = `[[bash echo a]] [[529 2]] [[tools ${parallel}]] [[usage {"output":77,"cacheWrite1h":5}]] [[think the end]]`
  const { session_id, result } = await ask(prompt).result()
  expect(result).toBe('the end')
  expect(model.prompts()).toEqual([prompt])
  expect(model.requests().map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(Array(3).fill('turn complete'))
  expect(model.usage().total).toEqual({
    input: 101 + 102 + 103,
    output: 11 + 12 + 77,
    cacheRead: 5001 + 5002 + 5003,
    cacheWrite5m: 1001 + 1002 + 1003,
    cacheWrite1h: 5,
  })
  expect(Object.keys(model.usage().sessions)).toEqual([session_id])
})

test('a sub-agent has a script of its own and counts for its session', async () => {
  const { model, ask } = await setUp()
  const input = { description: 'job', prompt: '((bash echo sub)) ((text sub done))', subagent_type: 'general-purpose' }
  const { session_id } = await ask(`[[tool Agent ${JSON.stringify(input)}]] [[text parent]]`).result()
  const ofAgent = model.requests().filter(({ agentId }) => agentId !== null)
  expect(ofAgent.map(({ sessionId, outcome }) => [sessionId, outcome])).toEqual(Array(2).fill([session_id, 'complete']))
  expect(new Set(ofAgent.map(({ agentId }) => agentId)).size).toBe(1)
})

test('a client that goes away was told the start; a reply behind a gate waits for its release', async () => {
  const { model, ask } = await setUp()
  const hung = ask('[[hang]]')
  await waitUntil('the reply began', () => model.requests().length === 1)
  expect(model.requests()[0]).toMatchObject({ outcome: 'open', tokens: { input: 101, output: 1 } })
  hung.child.kill('SIGKILL')
  await waitUntil('the API noticed', () => model.requests()[0]?.outcome === 'aborted')
  expect(model.usage().total).toEqual({ input: 101, output: 1, cacheRead: 5001, cacheWrite5m: 1001, cacheWrite1h: 0 })

  const held = ask('[[hold gate]] [[text released]]')
  await waitUntil('the reply began', () => model.requests().length === 2)
  expect(model.requests()[1]?.outcome).toBe('open')
  model.release('gate')
  expect((await held.result()).result).toBe('released')
})
