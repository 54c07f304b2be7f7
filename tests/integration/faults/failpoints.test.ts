import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FAILPOINT_VARIABLE, type Failpoint, failpoints } from '@/server/core/failpoint'
import { createProject, untilStatus } from '../../support/launch'
import { requireCompleteEvents, requireProcessesAsInRows } from '../../support/oracles'
import { isAlive, processesOf } from '../../support/processes'
import type { Stack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

let files: TempHome
let armed: string
let probed: ProbedStack
let stack: Stack

beforeAll(async () => {
  files = createTempHome('failpoint-')
  armed = join(dirname(files.path), 'armed')
  probed = await startProbedStack({ env: { [FAILPOINT_VARIABLE]: armed } })
  stack = probed.stack
})
afterAll(async () => {
  await probed.stop()
  files.remove()
})

/** Which process a failpoint is in. */
const partOf = (name: Failpoint) => (name.startsWith('launch.') ? 'web' : 'daemon')

it.each(failpoints)(
  'killed at %s: one runner and one process in the end, and its slot is free after it',
  async (name) => {
    const project = await createProject(stack, { runnerQuota: 1 })
    const before = (await stack.pids())[partOf(name)] ?? 0
    const launch = { project: project.name, provider: 'shell', idempotencyKey: `key-of-${name}` } as const
    writeFileSync(armed, name)
    const first = await stack.api.runner.launch.mutate(launch).catch(() => null)
    await waitUntil(`it died at ${name}`, () => !existsSync(armed) && !isAlive(before), 30_000)
    await waitUntil(
      'all is back',
      async () => {
        const now = await stack.pids()
        return now.daemon !== null && now[partOf(name)] !== before && now.agents.length === 1
      },
      30_000,
    )

    const { id } = await stack.api.runner.launch.mutate(launch)
    if (first !== null) expect(id).toBe(first.id)
    const runner = await untilStatus(stack, id, ['running', 'failed'], 30_000)
    if (runner.status === 'failed') expect(runner.reason).toBeTruthy()
    await stack.api.system.reconcile.mutate()
    const after = await stack.api.runner.get.query({ id })
    expect(after).toMatchObject({ status: runner.status, pid: runner.pid, epoch: 1 })
    const runners = await stack.api.runner.list.query({ project: project.name, all: true })
    expect(runners).toHaveLength(1)
    const roots = processesOf(project.path).filter(
      ({ ppid }) => !processesOf(project.path).some(({ pid }) => pid === ppid),
    )
    expect(roots.map(({ pid }) => pid)).toEqual(runner.status === 'running' ? [runner.pid] : [])
    await requireProcessesAsInRows(probed.database)

    if (runner.status === 'running') await stack.api.runner.stop.mutate({ id, force: true })
    await untilStatus(stack, id, ['terminated', 'failed'])
    const next = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell' })
    await untilStatus(stack, next.id, ['running'])
    await stack.api.runner.stop.mutate({ id: next.id, force: true })
    await untilStatus(stack, next.id, ['terminated'])
    await requireCompleteEvents(probed.database)
  },
  120_000,
)
