import { createProject, untilStatus } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { openBenchTerminal } from './bench-terminal'
import { type Figure, spread } from './statistics'

const LAUNCHES = 50
const AT_ONCE = 4
const FIRST_SCREENS = 10

/** Launches accepted per second (committed), and from the call to the first byte on an attached screen. */
export async function measureLaunches(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack, { runnerQuota: LAUNCHES + FIRST_SCREENS })
  const input = { project: project.name, provider: 'shell' as const }
  const accepted: number[] = []
  const ids: string[] = []
  const startedAt = performance.now()
  const launchSome = async () => {
    while (accepted.length < LAUNCHES) {
      const at = performance.now()
      accepted.push(Number.NaN)
      const slot = accepted.length - 1
      ids.push((await stack.api.runner.launch.mutate(input)).id)
      accepted[slot] = performance.now() - at
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, launchSome))
  const seconds = (performance.now() - startedAt) / 1000
  await Promise.all(ids.map((id) => untilStatus(stack, id, ['running'], 60_000)))
  await stopAll(stack, ids)

  const first = await firstScreens(stack, project.name)
  const sandboxed = await createProject(stack, { runnerQuota: FIRST_SCREENS })
  await stack.api.project.setConfinement.mutate({ project: sandboxed.name, sandbox: true })
  const firstInSandbox = await firstScreens(stack, sandboxed.name)
  return [
    { name: 'launches accepted', unit: '/s', value: LAUNCHES / seconds },
    ...spread('launch accepted', accepted, 0.95),
    ...spread('launch to first byte on screen', first, 0.95),
    ...spread('the same in a sandbox', firstInSandbox, 0.95),
  ]
}

/** Milliseconds from the call to the first byte on an attached screen, one launch after the other. */
async function firstScreens(stack: Stack, project: string): Promise<number[]> {
  const first: number[] = []
  const shells: string[] = []
  for (let i = 0; i < FIRST_SCREENS; i += 1) {
    const at = performance.now()
    const { id } = await stack.api.runner.launch.mutate({ project, provider: 'shell' })
    const terminal = openBenchTerminal(stack, id)
    await new Promise<void>((resolve) => {
      terminal.listen((text) => text.length > 0 && resolve())
    })
    first.push(performance.now() - at)
    terminal.close()
    shells.push(id)
  }
  await stopAll(stack, shells)
  return first
}

async function stopAll(stack: Stack, ids: readonly string[]): Promise<void> {
  for (const id of ids) await stack.api.runner.stop.mutate({ id, force: true })
  await Promise.all(ids.map((id) => untilStatus(stack, id, ['terminated'], 60_000)))
}
