import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'

let stack: Stack
let project: { name: string; path: string }
const CANARY = 'canary-3f1c9d'

beforeAll(async () => {
  stack = await startStack({ env: { SOME_UNRELATED_SECRET: CANARY } })
  project = await createProject(stack)
})
afterAll(() => stack.stop())

it('gives a child no foreign terminal, socket or file', async () => {
  // Others hold PTYs at the same time: theirs are what could leak.
  await Promise.all([1, 2, 3].map(() => launchRunning(stack, { project: project.name, provider: 'shell' })))
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 200 })
  await typeLine(stack, runner.id, 'clear; ls -l /proc/$$/fd /proc/self/fd; echo do""ne')
  const text = await untilScreen(stack, runner.id, 'done')
  expect(text).not.toContain('ptmx')
  expect(text).not.toContain('socket:')
  const targets = [...text.matchAll(/ -> (\S+)/g)].map((match) => match[1])
  expect(targets.length).toBeGreaterThan(3)
  expect(targets.filter((target) => !/^\/dev\/(pts\/\d+|tty)$|^\/proc\/\d+\/fd$/.test(target ?? ''))).toEqual([])
})

it("gives a child an allow-list and the project's variables, and no secret of ours or the user's", async () => {
  await stack.api.project.setVariable.mutate({ project: project.name, name: 'MY_SETTING', value: 'from the project' })
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 300, rows: 100 })
  await typeLine(stack, runner.id, 'clear; env | sort; echo do""ne')
  const text = await untilScreen(stack, runner.id, 'done')
  expect(text).toContain('MY_SETTING=from the project')
  expect(text).toContain(`STRATAVORE_RUNNER_ID=${runner.id}`)
  for (const secret of [CANARY, 'DATABASE_URL', 'AMQP_URL', stack.token, 'postgresql://', 'svt_', 'sva_']) {
    expect(text).not.toContain(secret)
  }
  const names = [...text.matchAll(/^(STRATAVORE_\w+)=/gm)].map((match) => match[1])
  expect(names).toEqual(['STRATAVORE_RUNNER_ID'])
})

it('passes a path and a prompt on as they are: no shell, no flag', async () => {
  const { id } = await stack.api.runner.launch.mutate({
    project: project.name,
    provider: 'echo',
    prompt: '--settings=/tmp/x $(id) | `id` & "',
  })
  const text = await untilScreen(stack, id, '--settings')
  expect(text).toContain('--settings=/tmp/x $(id) | `id` & "')
})
