import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settingDefinition, settingNames } from '@/config/settings'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'

let stack: Stack
let project: { name: string; path: string }
const CANARY = 'canary-3f1c9d'
const NTFY_CANARY = 'canary-ntfy-5b7e'

beforeAll(async () => {
  const topic = { NTFY_URL: 'http://127.0.0.1:9', NTFY_ALERTS_TOPIC: NTFY_CANARY }
  stack = await startStack({ env: { SOME_UNRELATED_SECRET: CANARY, ...topic } })
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

it('gives the agent the session of the user, and nothing of ours', async () => {
  const { daemon, agents } = await stack.pids()
  const environment = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  const settings = settingNames.map((name) => settingDefinition(name).env)
  const namesOf = (pid: number) => environment(pid).map((variable) => variable.split('=')[0] ?? '')
  expect(namesOf(daemon ?? 0)).toEqual(expect.arrayContaining(['DATABASE_URL', 'NTFY_ALERTS_TOPIC']))
  expect(agents).toHaveLength(1)
  for (const pid of agents) {
    expect(environment(pid)).toContain(`SOME_UNRELATED_SECRET=${CANARY}`)
    expect(namesOf(pid).filter((name) => settings.includes(name) || name.startsWith('STRATAVORE_'))).toEqual([])
    expect(environment(pid).join('\n')).not.toMatch(new RegExp(`${NTFY_CANARY}|postgresql://|${stack.token}`))
  }
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
