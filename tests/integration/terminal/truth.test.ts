import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canInstallDebian, installDebian } from '../../support/debian-package'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { seededRandom } from '../../support/seeded-random'
import { type Stack, startStack } from '../../support/stack'
import { interrupt, randomSize, untilSame } from '../../support/terminal/come-and-go'
import { type Line, startLine } from '../../support/terminal/line'
import { createRandomProgram } from '../../support/terminal/random-program'
import { openViewer, type Viewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/**
 * A viewer that comes, goes and is cut off sees what one sees that never left: over the whole way, from the program to
 * the terminal. Another seed and more seconds for a long run.
 */
const SEED = Number(process.env.STRATAVORE_TEST_SEED ?? 1)
const SECONDS = Number(process.env.STRATAVORE_TEST_SECONDS ?? 20)
let stack: Stack
let line: Line
let project: { name: string }

beforeAll(async () => {
  stack = await startStack()
  line = await startLine(stack.url)
  project = await createProject(stack)
})
afterAll(async () => {
  await line?.close()
  await stack?.stop()
})

it('is so for whatever a program prints', async () => {
  const random = seededRandom(SEED)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const stays = openViewer(stack, id)
  let comes = openViewer(stack, id, { url: line.url, readOnly: true })
  await typeLine(stack, id, 'stty raw -echo; echo re""ady; cat')
  await untilScreen(stack, id, /^\s*ready/m)
  // What it is typed is what it prints: each byte goes the whole way twice.
  const next = createRandomProgram(random, { tabStops: false, links: true, wide: false })
  const until = performance.now() + SECONDS * 1000
  let step = 0
  for (; performance.now() < until; step += 1) {
    const print = () => {
      for (let count = 1 + Math.floor(random() * 20); count > 0; count -= 1) stays.link.send(next())
    }
    print()
    comes = interrupt(stack, line, id, comes, random)
    print()
    const mark = `step ${step}`
    // What a piece left open is given up; a new size finds a screen that is drawn anew.
    stays.link.send(`\x18\x1b]2;${mark}\x07`)
    await waitUntil(`the viewer that stays sees ${mark}`, () => stays.facts()[0] === `title ${mark}`)
    await untilSame(`${mark}, seed ${SEED}`, stays, comes)
    if (random() > 0.15) continue
    const wanted = randomSize(random)
    stays.link.resize(wanted)
    const has = ({ terminal }: Viewer) => terminal.cols === wanted.cols && terminal.rows === wanted.rows
    // Before what comes next: what a new size makes of a saved cursor is not kept by a snapshot.
    await waitUntil('both have the new size', () => has(stays) && has(comes))
    stays.link.send('\x1bc')
  }
  process.stdout.write(`terminal truth: ${step} steps from STRATAVORE_TEST_SEED=${SEED}\n`)
  expect(step).toBeGreaterThan(3)
  stays.close()
  comes.close()
}, 120_000)

const PROGRAMS: readonly { name: string; start: string; keys: readonly string[]; end: string }[] = [
  {
    name: 'vim',
    start: 'vim -u NONE -N -n /etc/services',
    keys: ['j', '\x06', '\x02', 'G', 'gg', 'ihello\x1b', 'dd', 'u', '/tcp\r', 'n', ':set nu\r', 'zz', 'o日本語\x1b'],
    end: '\x1b:q!\r',
  },
  { name: 'less', start: 'less /etc/services', keys: ['j', ' ', 'b', 'G', 'g', '/tcp\r', 'n', 'd', 'u'], end: 'q' },
  {
    name: 'tmux',
    start: 'tmux -f /dev/null -L stratavore-test new-session bash --norc',
    keys: ['ls -l /etc\r', '\x02%', '\x02"', '\x02o', '\x02[', 'q', 'clear\r', 'printf "\\e[31mred\\e[m\\n"\r'],
    end: '\x02:kill-server\r',
  },
  { name: 'htop', start: 'htop -d 5', keys: ['\x1b[B', '\x1b[A', 't', 'H', 'I'], end: 'q' },
]

it.each(PROGRAMS)(
  'is so for $name',
  async ({ name, start, keys, end }) => {
    if (spawnSync('which', [name]).status !== 0) {
      if (!canInstallDebian()) throw new Error(`${name} is needed for this test: install it`)
      await installDebian(name)
    }
    const random = seededRandom(SEED)
    const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
    const stays = openViewer(stack, id)
    let comes = openViewer(stack, id, { url: line.url, readOnly: true })
    await waitUntil('the viewer that stays drives', () => stays.state().role === 'driver')
    stays.link.send(`${start}\r`)
    await waitUntil(`${name} has the full screen`, () => stays.terminal.buffer.active.type === 'alternate')
    const until = performance.now() + (SECONDS * 1000) / PROGRAMS.length
    for (let step = 0; step < 5 || performance.now() < until; step += 1) {
      for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1)
        stays.link.send(keys[Math.floor(random() * keys.length)] ?? '')
      comes = interrupt(stack, line, id, comes, random)
      if (random() < 0.2) stays.link.resize(randomSize(random))
      await untilSame(`${name} step ${step}, seed ${SEED}`, stays, comes)
    }
    stays.link.send(end)
    stays.close()
    comes.close()
    await stack.api.runner.stop.mutate({ id, force: true })
  },
  // Fetching the program may take minutes.
  400_000,
)
