import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Approval } from '@/contracts/approval/approval'
import type { RunnerActivity } from '@/contracts/runner/status'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { attachTerminal } from '../../support/attached-terminal'
import { type ScriptedAnthropicApi, startScriptedAnthropicApi } from '../../support/claude/scripted-anthropic-api'
import { countUsage } from '../../support/claude/usage-count'
import { installDebian } from '../../support/debian-package'
import { launchRunning, untilScreen, untilStatus } from '../../support/launch'
import { isAlive } from '../../support/processes'
import { startOpencodeStack } from '../../support/providers/opencode'
import type { ProviderStack } from '../../support/providers/provider-stack'
import { waitUntil } from '../../support/wait-until'

/** It takes a gigabyte, and its first start on a busy machine takes long. */
const START_TIMEOUT_MS = 120_000

const minus = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  input: a.input - b.input,
  output: a.output - b.output,
  cacheRead: a.cacheRead - b.cacheRead,
  cacheWrite5m: a.cacheWrite5m - b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h - b.cacheWrite1h,
})

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

  /** It is told with the first prompt. */
  const sessionOf = (id: string) =>
    waitUntil('its session is known', async () => {
      const { sessionId } = await opencode.stack.api.runner.get.query({ id })
      return sessionId !== null && opencode.stack.api.session.get.query({ id: sessionId })
    })

  const untilActivity = (id: string, activity: RunnerActivity) =>
    waitUntil(
      `it is ${activity}`,
      async () => (await opencode.stack.api.runner.get.query({ id })).activity === activity,
      START_TIMEOUT_MS,
    )
  const ledger = async () => (await opencode.stack.api.usage.summary.query({ by: 'model' })).total.tokens
  /** Requests of conversations: what it asks for a title is told by nothing. */
  const turns = () => model.requests().filter(({ kind }) => kind === 'turn').length

  it(
    'is found behind its stub, launched with a prompt, attached to, stopped, and resumed with its history',
    async () => {
      const { stack, project } = opencode
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text hello from the model]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      const terminal = await attachTerminal(stack, runner.id)
      await terminal.sees('hello from the model')
      terminal.close()

      // While it runs, not only once it has left.
      const session = await sessionOf(runner.id)
      await untilActivity(runner.id, 'idle')
      await stop(runner)
      expect(session).toMatchObject({ provider: 'opencode', providerSessionId: expect.stringMatching(/^ses_/) })

      await expect(stack.api.session.resume.mutate({ id: session.id, prompt: 'hi' })).rejects.toThrow(/no prompt/)
      const resumed = await stack.api.session.resume.mutate({ id: session.id })
      expect(resumed.outcome).toBe('started')
      await untilScreen(stack, resumed.runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      await stop(resumed.runner)

      const forked = await stack.api.session.fork.mutate({ id: session.id })
      await untilScreen(stack, forked.runner.id, /^[^[\n]*hello from the model\s*$/m, START_TIMEOUT_MS)
      await stop(forked.runner)
      expect(await sessionOf(forked.runner.id)).not.toMatchObject({ id: session.id })
    },
    4 * START_TIMEOUT_MS,
  )

  it(
    'is counted to the token, takes prompts from outside, and tells what it does',
    async () => {
      const { stack, project } = opencode
      const before = await ledger()
      const asked = turns()
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[bash echo one]] [[text counted]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*counted\s*$/m, START_TIMEOUT_MS)
      await untilActivity(runner.id, 'idle')
      const queued = await stack.api.runner.prompt.mutate({
        id: runner.id,
        text: '[[hold slow]] [[text from outside]]',
      })
      await untilActivity(runner.id, 'working')
      model.release('slow')
      await untilScreen(stack, runner.id, /^[^[\n]*from outside\s*$/m, START_TIMEOUT_MS)
      await waitUntil('the prompt is confirmed', async () => {
        const prompts = await stack.api.runner.prompts.query({ id: runner.id })
        return prompts.some(({ id, state }) => id === queued.id && state === 'received')
      })
      const used = model
        .requests()
        .filter(({ kind }) => kind === 'turn')
        .slice(asked)
      expect(used).toHaveLength(3)
      const { total } = countUsage(used)
      await expect.poll(async () => minus(await ledger(), before), { timeout: 30_000 }).toEqual(total)
      await stop(runner)
      const { parts } = await stack.api.usage.summary.query({ by: 'runner' })
      expect(parts.find(({ key }) => key === runner.id)?.tokens).toEqual(total)
    },
    3 * START_TIMEOUT_MS,
  )

  it(
    'its questions are answered from outside, or in its terminal',
    async () => {
      const { stack, project } = opencode
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text ready]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*ready\s*$/m, START_TIMEOUT_MS)
      const made = (name: string) => existsSync(join(project.path, name))
      const open = () => stack.api.approval.list.query({ runnerId: runner.id })
      async function asks(name: string): Promise<Approval> {
        await untilActivity(runner.id, 'idle')
        await stack.api.runner.prompt.mutate({ id: runner.id, text: `[[bash touch ${name}]] [[text went on]]` })
        const approval = await waitUntil('it asks', async () => (await open())[0], START_TIMEOUT_MS)
        await untilActivity(runner.id, 'waiting_permission')
        expect(approval).toMatchObject({ toolName: 'Bash', toolInput: { command: `touch ${name}` } })
        return approval
      }
      const gone = () =>
        waitUntil('nothing is asked any more', async () => (await open()).length === 0, START_TIMEOUT_MS)

      const denied = await asks('asked-denied')
      await stack.api.approval.answer.mutate({ id: denied.id, answer: { behavior: 'deny', message: 'no' } })
      await gone()
      await untilActivity(runner.id, 'idle')
      expect(made('asked-denied')).toBe(false)

      const allowed = await asks('asked-allowed')
      await stack.api.approval.answer.mutate({ id: allowed.id, answer: { behavior: 'allow', remember: [] } })
      await waitUntil('it ran', () => made('asked-allowed'), START_TIMEOUT_MS)

      await asks('asked-in-terminal')
      // It tells of its question before it draws it.
      await untilScreen(stack, runner.id, /Allow once/)
      await stack.api.runner.send.mutate({ id: runner.id, text: '', enter: true })
      await waitUntil('it ran', () => made('asked-in-terminal'), START_TIMEOUT_MS)
      await gone()

      const always = await asks('asked-always')
      expect(always.suggestions).toHaveLength(1)
      await stack.api.approval.answer.mutate({ id: always.id, answer: { behavior: 'allow', remember: [0] } })
      await untilActivity(runner.id, 'idle')
      await stack.api.runner.prompt.mutate({ id: runner.id, text: '[[bash touch asked-again]] [[text went on]]' })
      await waitUntil('it ran without being asked for', () => made('asked-again'), START_TIMEOUT_MS)
      await stop(runner)
    },
    5 * START_TIMEOUT_MS,
  )

  it(
    'a budget that is used up refuses its next tool and its prompts, and goes on after a raise',
    async () => {
      const { stack, project } = opencode
      // The scripted model knows a conversation by its first prompt: each needs its own.
      const runner = await launchRunning(stack, { project: project.name, prompt: '[[text set]]' })
      await untilScreen(stack, runner.id, /^[^[\n]*set\s*$/m, START_TIMEOUT_MS)
      await untilActivity(runner.id, 'idle')
      const limit = (tokens: string) =>
        stack.cli(['budget', 'set', project.name, '--limit', tokens, '--policy', 'deny-tools', '--time-zone', 'UTC'])
      const isUsedUp = async () => (await stack.api.budget.list.query({}))[0]?.current.exhausted
      const type = async (text: string) => {
        await stack.api.runner.send.mutate({ id: runner.id, text })
        await untilScreen(stack, runner.id, text)
        await stack.api.runner.send.mutate({ id: runner.id, text: '', enter: true })
      }
      const before = turns()
      await type('[[hold crossed]] [[bash touch refused]] [[text never]]')
      await waitUntil('the model is asked', () => turns() > before, START_TIMEOUT_MS)
      expect(await limit('1')).toMatchObject({ code: 0 })
      await waitUntil('it is used up', async () => (await isUsedUp()) === true)
      model.release('crossed')
      // Between the borders of what it shows.
      await untilScreen(stack, runner.id, /used[\s┃]+up/, START_TIMEOUT_MS)
      await untilActivity(runner.id, 'idle')
      await type('[[bash touch refused-too]]')
      await untilScreen(stack, runner.id, /Failed to send|used[\s┃]+up/, START_TIMEOUT_MS)
      await untilActivity(runner.id, 'idle')
      // The one that was held, and none for the prompt.
      expect(turns()).toBe(before + 1)

      expect(await limit('100M')).toMatchObject({ code: 0 })
      await waitUntil('there is more', async () => (await isUsedUp()) === false)
      await stack.api.runner.prompt.mutate({ id: runner.id, text: '[[bash touch after]] [[text went on]]' })
      await waitUntil('it goes on', () => existsSync(join(project.path, 'after')), START_TIMEOUT_MS)
      expect(existsSync(join(project.path, 'refused'))).toBe(false)
      expect(existsSync(join(project.path, 'refused-too'))).toBe(false)
      await stop(runner)
    },
    3 * START_TIMEOUT_MS,
  )

  it(
    'works in a sandbox, where what it runs cannot change its settings',
    async () => {
      const { stack, project } = opencode
      if (!existsSync('/usr/bin/bwrap')) await installDebian('bubblewrap')
      const settings = ['config.json', 'opencode.json', 'opencode.jsonc'].map((name) =>
        join(stack.userHome, '.config/opencode', name),
      )
      await stack.api.project.setConfinement.mutate({ project: project.name, sandbox: true })
      // What a session outside would load, and the database with commands that it would run.
      const kept = ['.config/opencode/package.json', '.local/share/opencode/x'].map((name) =>
        join(stack.userHome, name),
      )
      const made = [...settings, ...kept]
      const write = made.map((path) => `echo changed > ${path}`).join('; ')
      const prompt = `[[bash ${write}; echo in the sandbox > seen.txt]] [[text sandboxed]]`
      const runner = await launchRunning(stack, { project: project.name, prompt })
      await untilScreen(stack, runner.id, /^[^[\n]*sandboxed\s*$/m, START_TIMEOUT_MS)
      expect(readFileSync(join(project.path, 'seen.txt'), 'utf8')).toContain('in the sandbox')
      for (const path of settings) expect(readFileSync(path, 'utf8')).not.toContain('changed')
      // The sessions outside before may have made them.
      const isChanged = (path: string) => existsSync(path) && readFileSync(path, 'utf8').includes('changed')
      expect(kept.filter(isChanged)).toEqual([])
      const { confinement } = await stack.api.runner.get.query({ id: runner.id })
      expect(confinement).toMatchObject({ sandbox: true })
      const session = await sessionOf(runner.id)
      await stop(runner)
      const resumed = await stack.api.session.resume.mutate({ id: session.id })
      await untilScreen(stack, resumed.runner.id, /^[^[\n]*sandboxed\s*$/m, START_TIMEOUT_MS)
      await stop(resumed.runner)
      await stack.api.project.setConfinement.mutate({ project: project.name, sandbox: false })
    },
    3 * START_TIMEOUT_MS,
  )
})
