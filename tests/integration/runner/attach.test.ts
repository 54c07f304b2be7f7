import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

let stack: Stack
let project: { name: string; path: string }

beforeAll(async () => {
  stack = await startStack()
  project = await createProject(stack, { runnerQuota: 50 })
})
afterAll(() => stack.stop())

it('shows the same screen to everybody, however many attach at once and while output flows', async () => {
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, runner.id, 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "tick $i"; done; echo en""d')
  const viewers = await Promise.all(Array.from({ length: 5 }, () => attachTerminal(stack, runner.id)))
  for (const viewer of viewers) await viewer.sees('tick 3000\r\nend', 30_000)
  expect(viewers.map((viewer) => viewer.attaches())).toEqual(viewers.map(() => 1))
  expect(viewers.filter((viewer) => viewer.state().role === 'driver')).toHaveLength(1)
  for (const viewer of viewers) viewer.close()
})

it('keeps what is typed before the terminal is there, in order', async () => {
  const { id } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell' })
  const terminal = await attachTerminal(stack, id, { type: ['ec', 'ho ', 'wh', 'ole', '-', 'word', '\r'] })
  await waitUntil('the command ran', () => terminal.lines().includes('whole-word'))
  terminal.close()
})

it('shows an ended runner and its exit once, also one that never had a terminal', async () => {
  const { id } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell', prompt: 'exit 7' })
  await untilStatus(stack, id, ['failed'])
  const ended = await attachTerminal(stack, id)
  await waitUntil('the exit is told', () => ended.state().exit?.exitCode === 7)

  const gone = await createProject(stack)
  rmSync(gone.path, { recursive: true })
  const never = await stack.api.runner.launch.mutate({ project: gone.name, provider: 'shell' })
  await untilStatus(stack, never.id, ['failed'])
  const empty = await attachTerminal(stack, never.id)
  await waitUntil('the exit is told', () => empty.state().exit?.status === 'failed')
  // A client that is sent away and comes back would ask for one ticket after the other.
  expect(empty.attaches()).toBe(1)
  ended.close()
  empty.close()
})

it('has one driver: a viewer cannot type until it takes the seat, a read-only one never', async () => {
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const driver = await attachTerminal(stack, runner.id)
  const viewer = await attachTerminal(stack, runner.id)
  const looker = await attachTerminal(stack, runner.id, { readOnly: true })
  viewer.send('echo from the viewer\r')
  looker.send('echo from the looker\r')
  await waitUntil('both were refused', () => viewer.state().problem !== null && looker.state().problem !== null)
  viewer.takeSeat()
  await waitUntil('the viewer drives', () => viewer.state().role === 'driver')
  looker.takeSeat()
  viewer.send('echo now$((1+1))\r')
  await driver.sees('now2')
  const text = await untilScreen(stack, runner.id, 'now2')
  expect(text).not.toContain('from the')
  for (const terminal of [driver, viewer, looker]) terminal.close()
})
