import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** Fault 23: two people drag their windows as fast as they can. */
const RESIZES = 1000
let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

it('1,000 resizes by each of two viewers: the driver has its last size everywhere, and nothing else suffers', async () => {
  const project = await createProject(stack)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const other = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const driver = openViewer(stack, id)
  await waitUntil('it drives', () => driver.state().role === 'driver')
  const viewer = openViewer(stack, id)
  await waitUntil('the other watches', () => viewer.state().phase === 'attached' && viewer.state().role === 'viewer')
  const neighbour = await attachTerminal(stack, other.id)
  await typeLine(stack, id, "winches=0; trap 'winches=$((winches+1))' WINCH; clear; echo re''ady")
  await untilScreen(stack, id, /^ready$/m)

  const beganAt = performance.now()
  for (let count = 1; count <= RESIZES; count += 1) {
    driver.link.resize({ cols: 40 + (count % 60), rows: 10 + (count % 30) })
    viewer.link.resize({ cols: 100 + (count % 100), rows: 50 + (count % 40) })
    // About a second for all of them, and time for what comes back.
    if (count % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    if (count === RESIZES / 2) {
      neighbour.send('echo still he""re\r')
    }
  }
  driver.link.resize({ cols: 91, rows: 27 })
  viewer.link.resize({ cols: 133, rows: 61 })
  await neighbour.sees('still here')
  const size = ({ terminal }: typeof driver) => `${terminal.cols}x${terminal.rows}`
  await waitUntil('both show the size of the driver', () => size(driver) === '91x27' && size(viewer) === '91x27')
  // Far more than it takes: one that queues them up would be busy for minutes.
  expect(performance.now() - beganAt).toBeLessThan(30_000)
  await typeLine(stack, id, 'clear; stty size; echo "winches=$winches,"')
  const text = await untilScreen(stack, id, /winches=\d+,/)
  expect(text).toMatch(/^27 91$/m)
  expect(Number(/winches=(\d+)/.exec(text)?.[1])).toBeLessThanOrEqual(RESIZES + 1)
  await waitUntil('it is written down', async () => {
    const runner = await stack.api.runner.get.query({ id })
    return runner.cols === 91 && runner.rows === 27
  })

  // The seat moves: the size of whoever has it counts, the last one it said.
  viewer.link.takeSeat()
  await waitUntil('both show the size of the new driver', () => size(driver) === '133x61' && size(viewer) === '133x61')
  driver.link.resize({ cols: 20, rows: 5 })
  await typeLine(stack, id, 'clear; stty size')
  await untilScreen(stack, id, /^61 133$/m)
  await waitUntil('both show the same', () => driver.facts().join() === viewer.facts().join())
  for (const each of [driver, viewer, neighbour]) each.close()
}, 120_000)
