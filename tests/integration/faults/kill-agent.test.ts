import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { isAlive, processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** Heartbeats missed for this long make a runner lost: the bound for everything here. */
const TTL_MS = 30_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

it('kill -9 of the agent: its runners fail with that reason, nothing is left behind, and a relaunch works', async () => {
  const project = await createProject(stack)
  const runners = await Promise.all(
    [1, 2].map(() => launchRunning(stack, { project: project.name, provider: 'shell' })),
  )
  const [first] = runners
  await typeLine(stack, first?.id ?? '', "trap '' HUP; (trap '' HUP TERM; while :; do sleep 1; done) & echo rea\"\"dy")
  await untilScreen(stack, first?.id ?? '', 'ready')
  const inside = processesOf(project.path).map(({ pid }) => pid)
  expect(inside.length).toBeGreaterThanOrEqual(3)

  const { agents } = await stack.pids()
  expect(agents).toHaveLength(1)
  signal(agents[0] ?? 0, 'SIGKILL')
  for (const { id } of runners) {
    const failed = await untilStatus(stack, id, ['failed'], TTL_MS)
    expect(failed.reason).toBe('its agent died')
  }
  await waitUntil('no process of theirs is left', () => inside.every((pid) => !isAlive(pid)), TTL_MS)
  await waitUntil('another agent has joined', async () => {
    const now = (await stack.pids()).agents
    return now.length === 1 && now[0] !== agents[0]
  })
  const again = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, again.id, 'echo $((40+2))')
  await untilScreen(stack, again.id, /^42$/m)
  await stack.api.runner.restart.mutate({ id: first?.id ?? '' })
  expect(await untilStatus(stack, first?.id ?? '', ['running'])).toMatchObject({ epoch: 2 })
})
