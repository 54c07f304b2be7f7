import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { type ScriptedAnthropicApi, startScriptedAnthropicApi } from '../../support/claude/scripted-anthropic-api'
import { launchRunning, untilScreen, untilStatus } from '../../support/launch'
import { isAlive } from '../../support/processes'
import { startOpencodeStack } from '../../support/providers/opencode'
import type { ProviderStack } from '../../support/providers/provider-stack'
import { waitUntil } from '../../support/wait-until'

/** It takes a gigabyte, and its first start on a busy machine takes long. */
const START_TIMEOUT_MS = 120_000

describe('the real opencode, with a scripted Anthropic API', () => {
  let model: ScriptedAnthropicApi
  let opencode: ProviderStack

  beforeAll(async () => {
    model = await startScriptedAnthropicApi()
    opencode = await startOpencodeStack(model.url)
  })
  afterAll(async () => {
    await opencode?.stack.stop()
    await model?.close()
  })

  async function stop({ id }: { id: string }): Promise<void> {
    const { stack } = opencode
    const { pid } = await stack.api.runner.get.query({ id })
    await stack.api.runner.stop.mutate({ id })
    expect(await untilStatus(stack, id, ['terminated', 'failed'])).toMatchObject({ status: 'terminated' })
    expect(isAlive(pid ?? 0)).toBe(false)
  }

  /** It names its session when it leaves. */
  const sessionLeft = (id: string) =>
    waitUntil('its session is known', async () => {
      const { sessionId } = await opencode.stack.api.runner.get.query({ id })
      return sessionId !== null && opencode.stack.api.session.get.query({ id: sessionId })
    })

  it(
    'is found behind its stub, launched with a prompt, attached to, stopped, and resumed with its history',
    async () => {
      const { stack, project } = opencode
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text hello from the model]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      const terminal = await attachTerminal(stack, runner.id)
      await terminal.sees('hello from the model')
      terminal.close()

      await stop(runner)
      const session = await sessionLeft(runner.id)
      expect(session).toMatchObject({ provider: 'opencode', providerSessionId: expect.stringMatching(/^ses_/) })

      await expect(stack.api.session.resume.mutate({ id: session.id, prompt: 'hi' })).rejects.toThrow(/no prompt/)
      const resumed = await stack.api.session.resume.mutate({ id: session.id })
      expect(resumed.outcome).toBe('started')
      await untilScreen(stack, resumed.runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      await stop(resumed.runner)

      const forked = await stack.api.session.fork.mutate({ id: session.id })
      await untilScreen(stack, forked.runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      await stop(forked.runner)
      expect(await sessionLeft(forked.runner.id)).not.toMatchObject({ id: session.id })
    },
    4 * START_TIMEOUT_MS,
  )
})
