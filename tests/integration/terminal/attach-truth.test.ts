import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../support/free-port'
import { createProject, launchRunning } from '../../support/launch'
import { seededRandom } from '../../support/seeded-random'
import { type Stack, startStack } from '../../support/stack'
import { type CliViewer, openCliViewer, screenOf } from '../../support/terminal/cli-viewer'
import { atRest, randomSize } from '../../support/terminal/come-and-go'
import { LESS, TMUX, VIM } from '../../support/terminal/full-screen-programs'
import { type Line, startLine } from '../../support/terminal/line'
import { createRandomProgram } from '../../support/terminal/random-program'
import { openViewer, seesDriver, type Viewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** Another seed, and more steps, for a long run. */
const SEED = Number(process.env.STRATAVORE_TEST_SEED ?? 1)
const STEPS = 12 * Number(process.env.STRATAVORE_TEST_ROUNDS ?? 1)
const PROGRAM_STEPS = 6 * Number(process.env.STRATAVORE_TEST_ROUNDS ?? 1)
/** A command that begins, or connects again, on a busy machine. */
const PATIENCE_MS = 45_000

describe.skipIf(process.platform !== 'linux')('stratavore attach shows what a viewer shows that never left', () => {
  let stack: Stack
  let line: Line
  let project: { name: string; path: string }
  let stays: Viewer
  let cli: CliViewer
  beforeAll(async () => {
    const [port = 0, metricsPort = 0] = await freePorts(2)
    line = await startLine(`http://127.0.0.1:${port}`)
    stack = await startStack({ ports: { port, metricsPort }, env: { STRATAVORE_PUBLIC_URL: line.url } })
    project = await createProject(stack)
  })
  afterAll(async () => {
    await line?.close()
    await stack?.stop()
  })

  /** What is hidden by a full screen moves with the lines of the person's own shell above it. */
  const shown = (facts: string[]) =>
    stays.terminal.buffer.active.type === 'normal' ? facts : facts.filter((fact) => !fact.startsWith('normal '))

  /** Once the program prints no more. */
  async function untilShown(what: string, id: string): Promise<void> {
    let difference: string | null = null
    const hasComeToRest = atRest(stack, id, [stays])
    const compare = () => {
      const [expected, actual] = [shown(screenOf(stays)), shown(cli.facts())]
      const at = expected.findIndex((fact, index) => fact !== actual[index])
      return at < 0 ? null : `\n  stays  ${expected[at]}\n  attach ${actual[at]}`
    }
    const look = async () => {
      difference = (await hasComeToRest()) ?? compare()
      return difference === null
    }
    await waitUntil(what, look, PATIENCE_MS).catch((cause: unknown) => {
      throw new Error(`${what}, seed ${SEED}:${difference}`, { cause })
    })
  }

  async function attach(id: string): Promise<void> {
    const { cols, rows } = stays.terminal
    cli = openCliViewer(stack, id, { url: line.url, size: { cols, rows } })
    await waitUntil('it drives', () => seesDriver(stays), PATIENCE_MS)
  }

  /** One of the ways in which a terminal loses what it shows; and what a person then has. */
  async function disturb(id: string, random: () => number): Promise<string> {
    const way = random()
    if (way < 0.35) {
      // As a person leaves: for one that is killed, or had no connection just then, the seat is kept for a while.
      cli.type('\x1d')
      const isFree = () => stays.state().presence.clients.length === 1 && stays.state().presence.driver === null
      await waitUntil('it has left', isFree, PATIENCE_MS)
      cli.close()
      await attach(id)
      return 'attached anew'
    }
    if (way < 0.7) {
      const before = line.opened()
      line.cut()
      await waitUntil('it connects again', () => line.opened() > before, PATIENCE_MS)
      await waitUntil('it is back', () => seesDriver(stays), PATIENCE_MS)
      return 'after a drop'
    }
    const wanted = randomSize(random)
    cli.resize(wanted)
    const has = () => stays.terminal.cols === wanted.cols && stays.terminal.rows === wanted.rows
    await waitUntil('the new size is there', has, PATIENCE_MS)
    return 'resized'
  }

  async function open(): Promise<string> {
    const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
    stays = openViewer(stack, id, { readOnly: true })
    await waitUntil('the viewer is there', () => stays.state().phase === 'attached')
    await attach(id)
    return id
  }

  async function close(id: string): Promise<void> {
    cli.close()
    stays.close()
    await stack.api.runner.stop.mutate({ id, force: true })
  }

  it(
    'for whatever a program prints',
    async () => {
      const random = seededRandom(SEED)
      const next = createRandomProgram(random, { tabStops: false, links: true, wide: true })
      const id = await open()
      cli.type(`stty -echo -opost; printf '\\033]2;rea%s\\007' dy; while read -r name; do cat "$name"; done\r`)
      await waitUntil('the program reads', () => stays.title() === 'ready', PATIENCE_MS)
      for (let step = 0; step < STEPS; step += 1) {
        const how = step === 0 ? 'attached' : await disturb(id, random)
        // A new size finds a screen that is drawn anew; what a piece left open is given up.
        const begin = how === 'resized' || step === 0 ? '\x18\x1bc' : ''
        const pieces = Array.from({ length: 1 + Math.floor(random() * 40) }, next).join('')
        const mark = `step ${step}: ${how}`
        writeFileSync(join(project.path, `step-${step}`), `${begin}${pieces}\x18\x1b]2;${mark}\x07`)
        cli.type(`step-${step}\r`)
        await waitUntil(`${mark}, seed ${SEED}`, () => stays.title() === mark, PATIENCE_MS)
        await untilShown(mark, id)
      }
      process.stdout.write(`attach truth: ${STEPS} steps from STRATAVORE_TEST_SEED=${SEED}\n`)
      expect(stays.state().phase).toBe('attached')
      await close(id)
    },
    60_000 + STEPS * 20_000,
  )

  it.each([VIM, LESS, TMUX])(
    'for $name, whatever it is typed',
    async ({ name, start, keys, end }) => {
      const random = seededRandom(SEED)
      const id = await open()
      cli.type(`${start}\r`)
      await waitUntil(`${name} has the screen`, () => stays.terminal.buffer.active.type === 'alternate', PATIENCE_MS)
      for (let step = 0; step < PROGRAM_STEPS; step += 1) {
        for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1)
          cli.type(keys[Math.floor(random() * keys.length)] ?? '')
        const how = await disturb(id, random)
        await untilShown(`${name}, step ${step}: ${how}`, id)
      }
      cli.type(end)
      await close(id)
    },
    60_000 + PROGRAM_STEPS * 20_000,
  )
})
