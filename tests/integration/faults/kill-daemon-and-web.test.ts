import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import { isAlive, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

const COUNT = 10_000

/** Waits until both processes answer again, with other pids than the killed ones. */
async function untilBack(killed: readonly number[]): Promise<void> {
  await waitUntil(
    'web and daemon are back',
    async () => {
      const { web, daemon } = await stack.pids()
      return daemon !== null && !killed.includes(web) && !killed.includes(daemon)
    },
    30_000,
  )
}

it('kill -9 of daemon, web, then both, while a runner counts to 10,000: same pid, no gap, nothing twice', async () => {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const terminal = await attachTerminal(stack, runner.id)
  terminal.send(
    `clear; i=0; while [ $i -lt ${COUNT} ]; do i=$((i+1)); echo "n$i."; [ $((i % 10)) = 0 ] && sleep 0.01; done; echo al""l\r`,
  )
  await terminal.sees('n50.')

  const { daemon } = await stack.pids()
  signal(daemon ?? 0, 'SIGKILL')
  await untilBack([daemon ?? 0])
  await waitUntil('the viewer is back', () => terminal.attaches() >= 2, 30_000)

  const { web } = await stack.pids()
  signal(web, 'SIGKILL')
  await untilBack([web])
  await waitUntil('the viewer is back', () => terminal.attaches() >= 3, 30_000)

  const both = await stack.pids()
  signal(both.daemon ?? 0, 'SIGKILL')
  signal(both.web, 'SIGKILL')
  await untilBack([both.daemon ?? 0, both.web])
  await waitUntil('the viewer is back', () => terminal.attaches() >= 4, 30_000)

  await terminal.sees('all\r\n', 60_000)
  // One snapshot when it attached; every return resumed from its offset.
  expect(terminal.snapshots()).toBe(1)
  const numbers = terminal
    .lines()
    .flatMap((line) => /^n(\d+)\.$/.exec(line)?.[1] ?? [])
    .map(Number)
  expect(numbers).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1))

  const after = await stack.api.runner.get.query({ id: runner.id })
  expect(after).toMatchObject({ status: 'running', pid: runner.pid, epoch: 1 })
  expect(isAlive(runner.pid ?? 0)).toBe(true)
  terminal.close()
}, 180_000)

it('a launch accepted while the daemon is down runs when it is back, once', async () => {
  const project = await createProject(stack)
  const { daemon } = await stack.pids()
  signal(daemon ?? 0, 'SIGKILL')
  await waitUntil('the daemon is dead', () => !isAlive(daemon ?? 0))
  const { id, status } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell' })
  expect(status).toBe('starting')
  expect((await stack.api.system.status.query()).daemon).toBeNull()
  const runner = await untilStatus(stack, id, ['running'], 30_000)
  await stack.api.system.reconcile.mutate()
  expect(await stack.api.runner.get.query({ id })).toMatchObject({ pid: runner.pid, epoch: 1, status: 'running' })
  const started = await stack.api.event.list.query({ subjectId: id, types: ['runner.started'] })
  expect(started).toHaveLength(1)
})

it('input typed while everything is down arrives once, in order', async () => {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const terminal = await attachTerminal(stack, runner.id)
  terminal.send('clear; cat\r')
  const { daemon } = await stack.pids()
  signal(daemon ?? 0, 'SIGKILL')
  for (let i = 1; i <= 20; i += 1) terminal.send(`line ${i}\r`)
  // The terminal echoes each line and cat prints it again.
  await waitUntil(
    'the last line came twice',
    () => terminal.lines().filter((line) => line === 'line 20').length === 2,
    30_000,
  )
  const echoed = terminal
    .lines()
    .flatMap((line) => /^line (\d+)$/.exec(line)?.[1] ?? [])
    .map(Number)
  const counts = Array.from({ length: 20 }, (_, index) => echoed.filter((n) => n === index + 1).length)
  expect(counts).toEqual(Array.from({ length: 20 }, () => 2))
  terminal.close()
}, 90_000)
