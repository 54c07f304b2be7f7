import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totalTokens } from '@/contracts/usage/tokens'
import { attachTerminal } from '../../support/attached-terminal'
import { checkout } from '../../support/checkout'
import { openEmbeddedDatabase } from '../../support/embedded-database'
import { launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { isAlive } from '../../support/processes'
import { startCodexStack } from '../../support/providers/codex'
import type { ProviderStack } from '../../support/providers/provider-stack'
import { requireSandboxedSession } from '../../support/providers/sandboxed-session'
import type { ScriptedModel } from '../../support/providers/scripted-model'
import { startScriptedOpenAiApi } from '../../support/providers/scripted-openai-api'
import { waitUntil } from '../../support/wait-until'
import { killPart } from '../claude/kill-at-random'
import { requireLedgerTruth } from './provider-ledger'

/** The program's first start on a busy machine. */
const START_TIMEOUT_MS = 60_000

describe('the real Codex, with a scripted OpenAI API', () => {
  let model: ScriptedModel
  let codex: ProviderStack

  beforeAll(async () => {
    model = await startScriptedOpenAiApi()
    codex = await startCodexStack(model)
  })
  afterAll(async () => {
    await codex?.stack.stop()
    await model?.close()
  })

  /** The session that was found for a runner. */
  const untilBound = (id: string): Promise<string> =>
    waitUntil(
      'its session is found',
      async () => (await codex.stack.api.runner.get.query({ id })).sessionId ?? false,
      START_TIMEOUT_MS,
    )

  const requireTruth = () =>
    requireLedgerTruth(codex, model, ({ sessionId }) => {
      if (sessionId === null) throw new Error('it tells its session with each request')
      return sessionId
    })

  it(
    'works and is resumed in a sandbox',
    async () => {
      await requireSandboxedSession({
        stack: codex.stack,
        project: codex.project.name,
        // Here its program is in a package beside the one that starts it; installed globally it is within that.
        readable: [join(checkout, '.cache')],
        sessionOf: untilBound,
        timeoutMs: START_TIMEOUT_MS,
      })
    },
    3 * START_TIMEOUT_MS,
  )

  it(
    'is launched with a prompt, attached to, stopped, and resumed with its history',
    async () => {
      const { stack, project } = codex
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text hello from the model]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      const terminal = await attachTerminal(stack, runner.id)
      await terminal.sees('hello from the model')
      terminal.close()
      await waitUntil(
        'it says that it is idle',
        async () => (await stack.api.runner.get.query({ id: runner.id })).activity === 'idle',
      )

      const sessionId = await untilBound(runner.id)
      const rollouts = readdirSync(join(stack.userHome, '.codex/sessions'), { recursive: true, encoding: 'utf8' })
      expect(rollouts.filter((name) => name.endsWith(`-${sessionId}.jsonl`))).toHaveLength(1)
      expect(await stack.api.session.get.query({ id: sessionId })).toMatchObject({ cwd: project.path })

      await stack.api.runner.stop.mutate({ id: runner.id })
      expect(await untilStatus(stack, runner.id, ['terminated', 'failed'])).toMatchObject({ status: 'terminated' })
      expect(isAlive(runner.pid ?? 0)).toBe(false)

      const resumed = await stack.api.session.resume.mutate({ id: sessionId, prompt: '[[text hello again]]' })
      expect(resumed.outcome).toBe('started')
      await untilScreen(stack, resumed.runner.id, /^[^[\n]*hello again\s*$/m, START_TIMEOUT_MS)
      const asked = model.turns().find((texts) => texts.at(-1)?.includes('[[text hello again]]'))
      expect(asked).toEqual(expect.arrayContaining(['[[text hello from the model]]', 'hello from the model']))
      expect(await stack.api.session.resume.mutate({ id: sessionId })).toMatchObject({ outcome: 'attached' })

      const forked = await stack.api.session.fork.mutate({ id: sessionId, prompt: '[[text a fork]]' })
      await untilScreen(stack, forked.runner.id, /^[^[\n]*a fork\s*$/m, START_TIMEOUT_MS)
      expect(await untilBound(forked.runner.id)).not.toBe(sessionId)
      expect(await stack.api.runner.get.query({ id: resumed.runner.id })).toMatchObject({ sessionId })
      await requireTruth()
    },
    5 * START_TIMEOUT_MS,
  )

  it(
    'runs by itself: two in one directory share no process and no session',
    async () => {
      const { stack, project } = codex
      const [first, second] = await Promise.all(
        ['[[text the first]]', '[[text the second]]'].map((prompt) =>
          launchRunning(stack, { project: project.name, prompt }),
        ),
      )
      if (!first || !second) throw new Error('both were launched')
      await untilScreen(stack, first.id, /^[^[\n]*the first\s*$/m, START_TIMEOUT_MS)
      await untilScreen(stack, second.id, /^[^[\n]*the second\s*$/m, START_TIMEOUT_MS)
      expect(await untilBound(first.id)).not.toBe(await untilBound(second.id))
      await stack.api.runner.stop.mutate({ id: first.id })
      await untilStatus(stack, first.id, ['terminated'])
      // Enter at once after a text is taken for a part of what was pasted.
      await stack.api.runner.send.mutate({ id: second.id, text: '[[text still here]]' })
      await untilScreen(stack, second.id, '[[text still here]]')
      await typeLine(stack, second.id, '')
      await untilScreen(stack, second.id, /^[^[\n]*still here\s*$/m, START_TIMEOUT_MS)
    },
    4 * START_TIMEOUT_MS,
  )

  it(
    'is in the ledger request by request: tools, sub-agents, a killed reader; and its runner has what it used',
    async () => {
      const { stack, project } = codex
      const prompt = '[[call exec_command {"cmd":"echo from a tool"}]]'
      const runner = await launchRunning(stack, { project: project.name, prompt })
      await untilScreen(stack, runner.id, /fake reply/, START_TIMEOUT_MS)
      await killPart(stack, 'reader')
      await stack.api.runner.send.mutate({
        id: runner.id,
        text: '[[call multi_agent_v1.spawn_agent {"message":"help"}]]',
      })
      await untilScreen(stack, runner.id, 'spawn_agent {')
      await typeLine(stack, runner.id, '')
      const sessionId = await untilBound(runner.id)
      const own = () => model.requests().filter((request) => request.sessionId === sessionId && !request.isService)
      // Two for the tool; two for what spawned the sub-agent, and that one's own.
      await waitUntil('all were asked for', () => own().length >= 5, START_TIMEOUT_MS)
      await waitUntil('its runner has what it used', async () => {
        const { tokensUsed } = await stack.api.runner.get.query({ id: runner.id })
        return tokensUsed === own().reduce((sum, { tokens }) => sum + totalTokens(tokens), 0)
      })
      const database = openEmbeddedDatabase(stack)
      try {
        const { rows } = await database.pool.query(
          'SELECT count(DISTINCT subagent_id)::int AS subagents FROM usage_entries WHERE session_id = $1',
          [sessionId],
        )
        expect(rows).toEqual([{ subagents: 1 }])
      } finally {
        await database.pool.end()
      }
      await requireTruth()
    },
    4 * START_TIMEOUT_MS,
  )
})
