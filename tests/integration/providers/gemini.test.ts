import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { launchRunning, untilScreen, untilStatus } from '../../support/launch'
import { isAlive } from '../../support/processes'
import { startGeminiStack } from '../../support/providers/gemini'
import type { ProviderStack } from '../../support/providers/provider-stack'
import { requireSandboxedSession } from '../../support/providers/sandboxed-session'
import { startScriptedGeminiApi } from '../../support/providers/scripted-gemini-api'
import type { ScriptedModel, ScriptedRequest } from '../../support/providers/scripted-model'
import { waitUntil } from '../../support/wait-until'
import { requireLedgerTruth } from './provider-ledger'

/** The program's first start on a busy machine. */
const START_TIMEOUT_MS = 60_000
/** The prompt of a session that has the model use a tool. */
const OTHER = '[[call list_directory {"dir_path":"."}]]'

describe('the real Gemini CLI, with a scripted Gemini API', () => {
  let model: ScriptedModel
  let gemini: ProviderStack

  beforeAll(async () => {
    model = await startScriptedGeminiApi()
    gemini = await startGeminiStack(model)
  })
  afterAll(async () => {
    await gemini?.stack.stop()
    await model?.close()
  })

  it(
    'is launched with a prompt, attached to, stopped, and resumed with its history',
    async () => {
      const { stack, project } = gemini
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text hello from the model]]' })
      // Its id was chosen at launch.
      const sessionId = runner.sessionId ?? ''
      await untilScreen(stack, runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      const terminal = await attachTerminal(stack, runner.id)
      await terminal.sees('hello from the model')
      terminal.close()
      await waitUntil(
        'its title says that it is idle',
        async () => (await stack.api.runner.get.query({ id: runner.id })).activity === 'idle',
      )
      const files = readdirSync(join(stack.userHome, '.gemini/tmp'), { recursive: true, encoding: 'utf8' })
      expect(files.filter((name) => name.endsWith(`-${sessionId.slice(0, 8)}.jsonl`))).toHaveLength(1)

      await stack.api.runner.stop.mutate({ id: runner.id })
      expect(await untilStatus(stack, runner.id, ['terminated', 'failed'])).toMatchObject({ status: 'terminated' })
      expect(isAlive(runner.pid ?? 0)).toBe(false)

      const resumed = await stack.api.session.resume.mutate({ id: sessionId, prompt: '[[text hello again]]' })
      expect(resumed.outcome).toBe('started')
      await untilScreen(stack, resumed.runner.id, /^[^[\n]*hello again\s*$/m, START_TIMEOUT_MS)
      const asked = model.turns().find((texts) => texts.at(-1)?.includes('[[text hello again]]')) ?? []
      // It puts what it knows of the directory and the first prompt into one message.
      expect(asked[0]).toContain('[[text hello from the model]]')
      expect(asked[1]).toBe('hello from the model')
      expect(await stack.api.session.resume.mutate({ id: sessionId })).toMatchObject({ outcome: 'attached' })
      await expect(stack.api.session.fork.mutate({ id: sessionId })).rejects.toThrow(/cannot be forked/)

      // A tool, and what was said again in the second life; and another session beside it.
      const other = await launchRunning(stack, { project: project.name, prompt: OTHER })
      await untilScreen(stack, other.id, /^[^[\n]*fake reply/m, START_TIMEOUT_MS)
      // Its requests do not tell their session, but all that was said in it.
      const sessionOf = ({ texts }: ScriptedRequest) =>
        (texts.some((text) => text.includes(OTHER)) ? other.sessionId : sessionId) ?? ''
      const gone = await requireLedgerTruth(gemini, model, sessionOf)
      const { requests } = (await stack.api.usage.summary.query({ by: 'runner' })).total
      const there = model.requests().filter((request) => !request.isService && !gone.has(sessionOf(request)))
      expect(requests).toBe(there.length)
      expect((await stack.api.runner.get.query({ id: other.id })).tokensUsed).toBeGreaterThan(0)
    },
    4 * START_TIMEOUT_MS,
  )

  it(
    'works and is resumed in a sandbox',
    async () => {
      const { stack, project } = gemini
      await requireSandboxedSession({
        ...{ stack, project: project.name, timeoutMs: START_TIMEOUT_MS },
        sessionOf: (id) =>
          waitUntil('its session is known', async () => (await stack.api.runner.get.query({ id })).sessionId ?? false),
      })
    },
    3 * START_TIMEOUT_MS,
  )
})
