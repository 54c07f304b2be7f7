import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { ask, launchClaude, untilReplied } from '../../support/claude/drive-claude'
import { untilScreen } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'

/** The one that is held when the tokens are used up has its tool denied; the news of it may be late by these. */
const MAX_LATE_REQUESTS = 2
const PATIENCE_MS = 60_000

let claude: ClaudeStack
beforeAll(async () => {
  claude = await startClaudeStack({ permissionMode: 'manual', allowedTools: ['Bash(touch:*)'] })
}, 300_000)
afterAll(() => claude?.stop())

const made = (name: string): boolean => existsSync(join(claude.project.path, name))
const budget = async () => {
  const [only] = await claude.stack.api.budget.list.query({})
  if (!only) throw new Error('there is no budget')
  return only
}
const steps = (names: string[]): string => names.map((name) => `[[bash touch ${name}]]`).join(' ')

it('stops a run within a turn once its tokens are used up, lets nothing begin, and goes on after a raise', async () => {
  const { stack, model, project } = claude
  const set = ['budget', 'set', project.name, '--limit', '10k', '--policy', 'deny-tools', '--time-zone', 'UTC']
  expect((await stack.cli(set)).code).toBe(0)
  const { id } = await launchClaude(claude)

  // Two requests cross it; the answer to the third waits until that is known.
  const late = Array.from({ length: 17 }, (_, index) => `late-${index}`)
  await ask(claude, id, `${steps(['one', 'two'])} [[hold crossed]] ${steps(late)}`)
  await waitUntil('it is used up', async () => (await budget()).current.exhausted, PATIENCE_MS)
  await waitUntil('the third is held', () => model.requests().length === 3, PATIENCE_MS)
  model.release('crossed')
  await untilScreen(stack, id, /used up/, PATIENCE_MS)
  await waitUntil('nothing is asked any more', () => model.requests().every(({ outcome }) => outcome !== 'open'))
  expect(made('two')).toBe(true)
  expect(made('late-16')).toBe(false)
  const atTheEnd = model.requests().length
  expect(atTheEnd).toBeLessThanOrEqual(3 + MAX_LATE_REQUESTS)

  // A prompt asks the model nothing, and a launch is refused.
  await ask(claude, id, '[[bash touch refused]]')
  await untilScreen(stack, id, /blocked by hook/, PATIENCE_MS)
  expect(model.requests()).toHaveLength(atTheEnd)
  const launch = await stack.cli(['launch', project.name])
  expect(launch.code).toBe(4)
  expect(launch.stderr).toMatch(
    /is used up: .* of 10,000 tokens, 0 left until .* \(Raise it .* stratavore budget raise \w{8} \+20%\)/,
  )

  const raise = await stack.cli(['budget', 'raise', (await budget()).id.slice(0, 8), '+1000%'])
  expect(raise.code).toBe(0)
  await untilReplied(claude, 2, () => ask(claude, id, '[[bash touch after]] [[text it goes on]]'))
  expect(made('after')).toBe(true)
  expect(made('refused')).toBe(false)
}, 300_000)
