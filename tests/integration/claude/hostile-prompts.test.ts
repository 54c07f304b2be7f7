import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { untilStatus } from '../../support/launch'
import { allProcesses } from '../../support/processes'
import { waitUntil } from '../../support/wait-until'

/** A quarter of it on an idle machine. */
const TIMEOUT_MS = 300_000

let claude: ClaudeStack
beforeAll(async () => {
  claude = await startClaudeStack()
}, TIMEOUT_MS)
afterAll(() => claude?.stop())

it(
  'a prompt that looks like a flag is what the real Claude Code says to its model, and nothing else',
  async () => {
    const { stack, project, model } = claude
    const ran = join(project.path, 'ran')
    const settings = join(project.path, 'evil.json')
    const hook = { hooks: [{ type: 'command', command: `touch ${ran}` }] }
    writeFileSync(settings, JSON.stringify({ hooks: { SessionStart: [hook], UserPromptSubmit: [hook] } }))
    for (const prompt of [`--settings=${settings}`, '-p', '--version', `$(touch ${ran})`, `; touch ${ran}`]) {
      const { id } = await stack.api.runner.launch.mutate({ project: project.name, prompt })
      await waitUntil(`${prompt} is said`, () => model.prompts().includes(prompt), 60_000)
      // It did not end after one answer, as it does for `-p`.
      expect((await stack.api.runner.get.query({ id })).status).toBe('running')
      await stack.api.runner.stop.mutate({ id })
      await untilStatus(stack, id, ['terminated'])
    }
    expect(existsSync(ran)).toBe(false)
  },
  TIMEOUT_MS,
)

it(
  'a secret in a launch prompt is typed, and is in no argument of any process',
  async () => {
    const { stack, project, model } = claude
    const secret = `ghp_${'a1B2'.repeat(9)}`
    const prompt = `log in with ${secret} please`
    const { id } = await stack.api.runner.launch.mutate({ project: project.name, prompt })
    const argued = () => allProcesses().filter(({ command }) => command.includes(secret))
    await waitUntil(
      'the prompt is said',
      () => {
        expect(argued()).toEqual([])
        return model.prompts().includes(prompt)
      },
      60_000,
    )
    expect((await stack.api.runner.get.query({ id })).status).toBe('running')
    const [queued] = await stack.api.runner.prompts.query({ id })
    expect(queued?.text).toBe('log in with [redacted] please')
    await stack.api.runner.stop.mutate({ id })
    await untilStatus(stack, id, ['terminated'])
  },
  TIMEOUT_MS,
)
