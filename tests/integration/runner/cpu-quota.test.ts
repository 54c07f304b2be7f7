import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { isAlive, processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** Percent of a core: well below what a busy machine gives one loop that nothing holds. */
const QUOTA = 12
/** A heartbeat and the look after it, on a busy machine. */
const HELD_WITHIN_MS = 45_000
const MEASURED_MS = 5_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

/** State and CPU ticks of a process. */
function statOf(pid: number): { state: string; ticks: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return { state: fields[0] ?? '', ticks: Number(fields[11]) + Number(fields[12]) }
}
const ticksOf = (pids: number[]): number => pids.reduce((sum, pid) => sum + statOf(pid).ticks, 0)
/** CPU percent of some processes over the time to come: a tick is 10 ms. */
async function measure(pids: number[]): Promise<number> {
  const [before, from] = [ticksOf(pids), performance.now()]
  await delay(MEASURED_MS)
  return ((ticksOf(pids) - before) * 1000) / (performance.now() - from)
}
const limitOf = async (id: string) => (await stack.api.runner.get.query({ id })).cpuLimitPercent

it('holds a busy tree to its CPU quota, keeps its terminal usable, and follows the quota', {
  timeout: 240_000,
}, async () => {
  const { name, path } = await createProject(stack)
  await stack.api.quota.set.mutate({ project: name, cpuPercent: QUOTA })
  const { id } = await launchRunning(stack, { project: name, provider: 'shell' })
  await typeLine(stack, id, "(while :; do :; done); echo en''ded")
  const tree = await waitUntil('the loop runs', () => {
    const found = processesOf(path).map(({ pid }) => pid)
    return found.length >= 2 && found
  })
  expect(await measure(tree)).toBeGreaterThan(QUOTA * 1.8)

  await waitUntil('it is held', async () => (await limitOf(id)) === QUOTA, HELD_WITHIN_MS)
  await delay(1_000)
  const held = await measure(tree)
  expect(held).toBeGreaterThan(QUOTA * 0.5)
  expect(held).toBeLessThan(QUOTA * 1.5)
  const shown = await stack.cli(['show', id])
  expect(shown.stdout).toContain(`held to ${QUOTA}% by the project's quota`)
  await expect(stack.api.runner.launch.mutate({ project: name, provider: 'shell' })).rejects.toMatchObject({
    data: { stratavore: { code: 'quota_exceeded' } },
  })

  // A person's pause stands, and so does the limit after it.
  await stack.api.runner.pause.mutate({ id })
  await untilStatus(stack, id, ['paused'])
  const paused = ticksOf(tree)
  await delay(2_000)
  expect(ticksOf(tree)).toBe(paused)
  expect(tree.map((pid) => statOf(pid).state)).toEqual(tree.map(() => 'T'))
  await stack.api.runner.resume.mutate({ id })
  await untilStatus(stack, id, ['running'])
  expect(await measure(tree)).toBeLessThan(QUOTA * 1.5)

  // The daemon's going changes nothing, and the next one knows of the limit.
  const { daemon } = await stack.pids()
  if (daemon === null) throw new Error('no daemon')
  signal(daemon, 'SIGKILL')
  await waitUntil(
    'another daemon leads',
    async () => ![null, daemon].includes((await stack.pids()).daemon),
    HELD_WITHIN_MS,
  )
  expect(await measure(tree)).toBeLessThan(QUOTA * 1.5)

  await stack.api.quota.set.mutate({ project: name, cpuPercent: 1_000 })
  await waitUntil('it is held no more', async () => (await limitOf(id)) === null, HELD_WITHIN_MS)
  expect(await measure(tree)).toBeGreaterThan(QUOTA * 1.8)

  await stack.api.quota.set.mutate({ project: name, cpuPercent: QUOTA })
  await waitUntil('it is held again', async () => (await limitOf(id)) === QUOTA, HELD_WITHIN_MS)
  await stack.api.runner.send.mutate({ id, text: '\u0003', enter: false })
  await typeLine(stack, id, 'echo al$((6*7))ive')
  await untilScreen(stack, id, 'al42ive')
})

it('kill -9 of the agent leaves nothing of a held tree, stopped or not', { timeout: 120_000 }, async () => {
  const { name, path } = await createProject(stack)
  await stack.api.quota.set.mutate({ project: name, cpuPercent: QUOTA })
  const { id } = await launchRunning(stack, { project: name, provider: 'shell' })
  // One that leaves the session and hears no hang-up is held as well.
  await typeLine(stack, id, 'setsid bash -c \'trap "" HUP; while :; do :; done\' & (while :; do :; done)')
  await waitUntil('it is held', async () => (await limitOf(id)) !== null, HELD_WITHIN_MS)
  const tree = processesOf(path).map(({ pid }) => pid)
  expect(tree.length).toBeGreaterThanOrEqual(3)
  await waitUntil('one of them stands still', () => tree.some((pid) => statOf(pid).state === 'T'))
  const { agents } = await stack.pids()
  const [agent] = agents
  if (agent === undefined) throw new Error('no agent')
  signal(agent, 'SIGKILL')
  expect((await untilStatus(stack, id, ['failed'], HELD_WITHIN_MS)).reason).toBe('its agent died')
  await waitUntil('nothing of it is left', () => tree.every((pid) => !isAlive(pid)), HELD_WITHIN_MS)
})
