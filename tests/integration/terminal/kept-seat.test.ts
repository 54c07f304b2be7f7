import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AttachedTerminal, attachTerminal } from '../../support/attached-terminal'
import { freePorts } from '../../support/free-port'
import { createProject, launchRunning, untilScreen, untilStatus } from '../../support/launch'
import { signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { type Line, startLine } from '../../support/terminal/line'
import { openViewer, type Viewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** A daemon or agent that was killed is back, and whoever was attached with it, within this. */
const BACK_MS = 60_000

let stack: Stack
/** Leads to whoever drives alone. */
let line: Line
let project: string
beforeAll(async () => {
  const [port = 0, metricsPort = 0] = await freePorts(2)
  line = await startLine(`http://127.0.0.1:${port}`)
  stack = await startStack({ ports: { port, metricsPort } })
  project = (await createProject(stack)).name
})
afterAll(async () => {
  await line?.close()
  await stack?.stop()
})

const drives = ({ state }: Pick<Viewer, 'state'>) => state().phase === 'attached' && state().role === 'driver'
const watches = ({ state }: Pick<Viewer, 'state'>) => state().phase === 'attached' && state().role === 'viewer'

/** One who drives, in 80x24, and some who watch and could drive, in 100x30. */
async function attended(watchers: number) {
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const driver = openViewer(stack, id, { url: line.url })
  await waitUntil('it drives', () => drives(driver))
  const others: AttachedTerminal[] = []
  for (let count = 0; count < watchers; count += 1) others.push(await attachTerminal(stack, id))
  expect(others.every(watches)).toBe(true)
  const close = () => {
    for (const each of [driver.link, ...others]) each.close()
  }
  return { id, driver, others, close }
}

it('a driver whose line breaks has its seat back, and what it typed, whoever comes meanwhile', async () => {
  const { id, driver, others, close } = await attended(1)
  const [other] = others
  line.down()
  await waitUntil('it is away', () => other?.state().presence.driver?.away === true)
  driver.link.send('stty size; echo from the dr""iver\r')
  const newcomer = await attachTerminal(stack, id)
  expect(newcomer.state().role).toBe('viewer')
  line.up()
  await waitUntil('it drives again', () => drives(driver))
  const text = await untilScreen(stack, id, 'from the driver')
  expect(text).toMatch(/^24 80$/m)
  expect([other, newcomer].every((each) => each && watches(each))).toBe(true)

  // A choice needs no patience.
  line.down()
  await waitUntil('it is away', () => other?.state().presence.driver?.away === true)
  newcomer.takeSeat()
  await waitUntil('the newcomer drives', () => drives(newcomer))
  line.up()
  await waitUntil('who drove is back, and watches', () => watches(driver))
  // Nobody waits for who left by choice.
  newcomer.close()
  await waitUntil('the seat is free', () => other?.state().presence.driver === null)
  close()
}, 60_000)

it('a driver drives on after a restart of the daemon, though all others come back first', async () => {
  const { id, driver, others, close } = await attended(3)
  const { daemon } = await stack.pids()
  line.down()
  driver.link.send('stty size; echo after the da""emon\r')
  signal(daemon ?? 0, 'SIGKILL')
  await waitUntil('the others are back', () => others.every((each) => each.attaches() > 1 && watches(each)), BACK_MS)
  await waitUntil('nobody drives', () => others.every(({ state }) => state().presence.driver === null))
  line.up()
  await waitUntil('it drives again', () => drives(driver), BACK_MS)
  expect(await untilScreen(stack, id, 'after the daemon')).toMatch(/^24 80$/m)
  expect(others.every(watches)).toBe(true)
  close()
}, 120_000)

it('a driver drives on after its agent was killed, in the next life of the runner', async () => {
  const { id, driver, others, close } = await attended(3)
  const { agents } = await stack.pids()
  signal(agents[0] ?? 0, 'SIGKILL')
  await untilStatus(stack, id, ['failed'], BACK_MS)
  await waitUntil('all are back', () => others.every((each) => each.attaches() > 1 && watches(each)), BACK_MS)
  await waitUntil('it drives again', () => drives(driver), BACK_MS)
  await stack.api.runner.restart.mutate({ id })
  await untilStatus(stack, id, ['running'])
  await waitUntil('it is told', () => driver.state().exit === null)
  driver.link.send('stty size; echo after the ag""ent\r')
  expect(await untilScreen(stack, id, 'after the agent')).toMatch(/^24 80$/m)
  expect(drives(driver) && others.every(watches)).toBe(true)
  close()
}, 120_000)
