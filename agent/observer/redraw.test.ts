import type { Terminal } from '@xterm/headless'
import { expect, it } from 'vitest'
import { seededRandom } from '@/tests/support/seeded-random'
import { createRandomProgram } from '@/tests/support/terminal/random-program'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { createEmulator } from './emulator'
import { createParkingEmulator } from './parking-emulator'
import { keepPrompts } from './prompt-rows'

/** Short enough for every run. For a long one: other seeds, and more seconds. */
const DURATION_MS = 1000 * Number(process.env.STRATAVORE_TEST_SECONDS ?? 3)
const FIRST_SEED = Number(process.env.STRATAVORE_TEST_SEED ?? 1)
const PROGRAM_STEPS = 60
/** However slow the machine is; where nobody waits for it, thousands. */
const MIN_STEPS = process.env.CI === undefined ? 4 * PROGRAM_STEPS : 2_000

/** Lets a viewer come with nothing, or with whatever it had: what it shows is thrown away, as the browser does. */
function redraw(
  { terminal: viewer, prompts }: Watched,
  snapshot: { data: Uint8Array; cols: number; rows: number },
): void {
  viewer.reset()
  prompts.clear()
  viewer.resize(snapshot.cols, snapshot.rows)
  viewer.write(snapshot.data)
}

/** What is left out of a comparison. */
type Uncompared = 'nothing' | 'saved cursors' | 'cursors'
/**
 * Where xterm.js puts the cursor when it joins and cuts rows for a new size depends on more than it shows; and a saved
 * cursor stays at a row's number, whichever row has that then.
 */
const UNCOMPARED: Record<Uncompared, RegExp> = {
  nothing: /^$/,
  'saved cursors': /^\w+ saved|^prompts/,
  cursors: /^cursor|^\w+ saved|^prompts/,
}

interface Watched {
  terminal: Terminal
  prompts: ReturnType<typeof keepPrompts>
}

function watched(cols: number, rows: number): Watched {
  const terminal = createViewerTerminal(cols, rows)
  return { terminal, prompts: keepPrompts(terminal) }
}

function firstDifference(stays: Watched, comes: Watched, without: Uncompared): string | null {
  const [expected, actual] = [stays, comes].map(({ terminal, prompts }) =>
    [...terminalFacts(terminal), `prompts ${[...prompts.rows()].sort((a, b) => a - b)}`].filter(
      (fact) => !UNCOMPARED[without].test(fact),
    ),
  ) as [string[], string[]]
  const at = expected.findIndex((fact, index) => fact !== actual[index])
  return at < 0 ? null : `\n  stays ${expected[at]}\n  comes ${actual[at]}`
}

/** One program, seen by a viewer that stays and by one that comes and goes. Says the first difference, or null. */
async function differ(seed: number): Promise<{ steps: number; difference: string | null }> {
  const random = seededRandom(seed)
  const resizes = random() < 0.6
  // A stop beyond the last column cannot be drawn and comes to light with a larger size; so do wide characters cut in two.
  const next = createRandomProgram(random, { tabStops: !resizes, wide: !resizes, links: random() < 0.5 })
  const randomSize = (): [number, number] => [10 + Math.floor(random() * 40), 3 + Math.floor(random() * 20)]
  const [cols, rows] = randomSize()
  let now = 0
  const emulator = createParkingEmulator({
    emulator: createEmulator(cols, rows, () => {}),
    make: (size, said) => createEmulator(size.cols, size.rows, () => {}, undefined, said),
    monotonicMs: () => now,
  })
  const staying = watched(cols, rows)
  const coming = watched(cols, rows)
  const [stays, comes] = [staying.terminal, coming.terminal]
  const all = [emulator, stays, comes]
  const history: string[] = []
  let hasResized = false
  let everResized = false
  for (let step = 0; step < PROGRAM_STEPS; step += 1) {
    const bytes = Buffer.from(next())
    // Cut anywhere: in the middle of characters and sequences.
    const cut = Math.floor(random() * (bytes.length + 1))
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      history.push(part.toString('latin1'))
      await emulator.write(part, true)
      for (const viewer of [stays, comes]) viewer.write(part)
      await Promise.all([parsed(stays), parsed(comes)])
      // As programs do it: what a sequence began is given up, a full screen is drawn anew. (xterm.js keeps what a smaller
      // full screen hides, and what a combining character would join is told by nothing once the cursor has moved.)
      if (resizes && random() < 0.08) {
        const size = randomSize()
        hasResized = true
        everResized = true
        for (const terminal of all) terminal.resize(...size)
        const cleared = Buffer.from(stays.buffer.active.type === 'alternate' ? '\x18\x1b7\x1b[2J' : '\x18\x1b7')
        await emulator.write(cleared, true)
        for (const viewer of [stays, comes]) viewer.write(cleared)
        await Promise.all([parsed(stays), parsed(comes)])
        history.push(`(resize ${size})`)
      }
      if (!hasResized && random() < 0.1) {
        now += 1
        emulator.parkUnusedSince(now)
        await expect.poll(emulator.isParked, { interval: 1 }).toBe(true)
        history.push('(park)')
      }
      if (random() < 0.3) {
        const shown = await new Promise<ReturnType<typeof emulator.snapshot>>((resolve) =>
          emulator.whenParsed(() => resolve(emulator.snapshot())),
        )
        redraw(coming, shown)
        hasResized = false
        await parsed(comes)
        history.push('(redraw)')
      }
      if (random() > 0.3) continue
      const difference = firstDifference(
        staying,
        coming,
        hasResized ? 'cursors' : everResized ? 'saved cursors' : 'nothing',
      )
      if (difference !== null)
        return { steps: step, difference: `seed ${seed}, after ${JSON.stringify(history.slice(-8))}:${difference}` }
    }
  }
  for (const terminal of all) terminal.dispose()
  return { steps: PROGRAM_STEPS, difference: null }
}

it(
  'shows a viewer that came late what one sees that never left, whatever was printed',
  async () => {
    const until = performance.now() + DURATION_MS
    const differences: string[] = []
    let steps = 0
    for (let seed = FIRST_SEED; (performance.now() < until || steps < MIN_STEPS) && differences.length < 5; seed += 1) {
      const result = await differ(seed)
      steps += result.steps
      if (result.difference !== null) differences.push(result.difference)
    }
    process.stdout.write(`redraw: ${steps} steps from STRATAVORE_TEST_SEED=${FIRST_SEED}\n`)
    expect(differences).toEqual([])
    expect(steps).toBeGreaterThanOrEqual(MIN_STEPS)
  },
  180_000 + DURATION_MS,
)
