import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canInstallDebian, installDebian } from '../../support/debian-package'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { seededRandom } from '../../support/seeded-random'
import { type Stack, startStack } from '../../support/stack'
import { interrupt, resizeBoth, untilSame, untilSameSince } from '../../support/terminal/come-and-go'
import { DISTURBANCES, PARK_SECONDS, print, type Scene } from '../../support/terminal/disturbances'
import { HTOP, LESS, TMUX, VIM } from '../../support/terminal/full-screen-programs'
import { type Line, startLine } from '../../support/terminal/line'
import { openPacedViewer } from '../../support/terminal/paced-viewer'
import { createRandomProgram } from '../../support/terminal/random-program'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/**
 * A viewer that comes, goes and is cut off sees what one sees that never left: over the whole way, from the program to
 * the terminal, whichever part of that way is killed meanwhile. Another seed, and more rounds, for a long run: a hundred are
 * some thousand steps.
 */
const SEED = Number(process.env.STRATAVORE_TEST_SEED ?? 1)
const ROUNDS = Number(process.env.STRATAVORE_TEST_ROUNDS ?? 1)
/** How often each of these comes in a round: what takes long comes once. */
const TIMES: Readonly<Record<string, number>> = {
  'nothing happens': 2,
  'the viewer leaves and comes': 8,
  'its line breaks': 8,
  'it freezes for a while': 2,
  'a burst': 2,
  'a new size': 3,
  'a new size of text': 3,
  'another driver': 3,
}
const PROGRAM_STEPS = 32 * ROUNDS
let stack: Stack
let line: Line
let project: { name: string }

beforeAll(async () => {
  stack = await startStack({ env: { STRATAVORE_PARK_SCREENS_SECONDS: `${PARK_SECONDS}` } })
  line = await startLine(stack.url)
  project = await createProject(stack)
})
afterAll(async () => {
  await line?.close()
  await stack?.stop()
})

/** Everything that can happen, in an order of its own. */
function roundOf(random: () => number): [string, (scene: Scene) => Promise<void>][] {
  const all = Object.entries(DISTURBANCES).flatMap(([name, happens]) =>
    Array.from({ length: TIMES[name] ?? 1 }, () => ({
      order: random(),
      card: [name, happens] as [string, typeof happens],
    })),
  )
  return all.sort((a, b) => a.order - b.order).map(({ card }) => card)
}

/** A round has a runner of its own: its log, from which a screen is drawn again, holds all of it. */
async function playRound(round: number): Promise<number> {
  const random = seededRandom(SEED + round)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, id, 'stty raw -echo; echo re""ady; cat')
  await untilScreen(stack, id, /^\s*ready/m)
  const stays = openViewer(stack, id, { readOnly: true })
  const scene: Scene = {
    ...{ stack, line, random, stays, runnerId: id },
    comes: openViewer(stack, id, { url: line.url, readOnly: true }),
    driver: openPacedViewer(stack, id),
    // What it is typed is what it prints: each byte goes the whole way twice.
    next: createRandomProgram(random, { tabStops: false, links: true, wide: true }),
  }
  // A new size of who is not there yet is nobody's.
  await waitUntil('it drives', () => scene.driver.state().role === 'driver')
  let step = 0
  const cards = roundOf(random)
  for (const [name, happens] of cards) {
    if (step === Math.floor(cards.length / 2)) {
      // The other kind of program, on an empty screen: the two do not go together.
      scene.driver.link.send('\x18\x1bc')
      scene.next = createRandomProgram(random, { tabStops: false, links: false, wide: true })
    }
    const mark = `round ${round}, step ${step}: ${name}`
    print(scene, 1 + Math.floor(random() * 20))
    await happens(scene)
    print(scene, 1 + Math.floor(random() * 20))
    // What a piece left open is given up.
    scene.driver.link.send(`\x18\x1b]2;${mark}\x07`)
    await waitUntil(`the viewer that stays sees ${mark}, seed ${SEED}`, () => stays.title() === mark, 90_000)
    await untilSame(`${mark}, seed ${SEED}`, stays, scene.comes)
    step += 1
  }
  for (const viewer of [stays, scene.comes, scene.driver.link]) viewer.close()
  await stack.api.runner.stop.mutate({ id, force: true })
  return step
}

it(
  'is so for whatever a program prints, whatever happens on the way',
  async () => {
    let steps = 0
    for (let round = 0; round < ROUNDS; round += 1) steps += await playRound(round)
    process.stdout.write(`terminal truth: ${steps} steps from STRATAVORE_TEST_SEED=${SEED}\n`)
    expect(steps).toBeGreaterThanOrEqual(30 * ROUNDS)
  },
  180_000 + 300_000 * ROUNDS,
)

it.each([VIM, LESS, TMUX, HTOP])(
  'is so for $name',
  async ({ name, start, keys, end }) => {
    if (spawnSync('which', [name]).status !== 0) {
      if (!canInstallDebian()) throw new Error(`${name} is needed for this test: install it`)
      await installDebian(name)
    }
    // Not the same for each: what one of them meets, another does not.
    const random = seededRandom(SEED * 1_000 + name.charCodeAt(0))
    const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
    const stays = openViewer(stack, id)
    let comes = openViewer(stack, id, { url: line.url, readOnly: true })
    await waitUntil('the viewer that stays drives', () => stays.state().role === 'driver')
    stays.link.send(`${start}\r`)
    await waitUntil(`${name} has the full screen`, () => stays.terminal.buffer.active.type === 'alternate')
    for (let step = 0; step < PROGRAM_STEPS; step += 1) {
      for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1)
        stays.link.send(keys[Math.floor(random() * keys.length)] ?? '')
      comes = await interrupt(stack, line, id, comes, random)
      if (random() < 0.2) await resizeBoth(stays, comes, random)
      await untilSameSince(`${name} step ${step}, seed ${SEED}`, stack, id, stays, comes)
    }
    stays.link.send(end)
    stays.close()
    comes.close()
    await stack.api.runner.stop.mutate({ id, force: true })
  },
  // Fetching the program may take minutes.
  300_000 + 30_000 * ROUNDS,
)
