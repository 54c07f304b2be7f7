import type { Stack } from '../stack'
import { waitUntil } from '../wait-until'
import type { Line } from './line'
import { openViewer, type Viewer } from './viewer'

/** A viewer whose part of the way was killed comes back within this. */
const SAME_MS = 90_000

function firstDifference(stays: Viewer, comes: Viewer): string | null {
  const [expected, actual] = [stays.facts(), comes.facts()]
  const at = expected.findIndex((fact, index) => fact !== actual[index])
  return at < 0 ? null : `\n  stays ${expected[at]}\n  comes ${actual[at]}`
}

/** Waits until both show the same; says what they differ in when they do not come to. */
export async function untilSame(what: string, stays: Viewer, comes: Viewer): Promise<void> {
  let difference: string | null = null
  const look = () => {
    difference = firstDifference(stays, comes)
    return difference === null
  }
  await waitUntil(`${what}: both show the same`, look, SAME_MS).catch((error: unknown) => {
    const link = `${comes.state().phase} ${comes.state().problem?.message ?? ''}`
    throw new Error(`${what} (${link}):${difference}`, { cause: error })
  })
}

/** Whether all is drawn that a runner has printed, with nothing new since the last look; null, or what is missing. */
export function atRest(stack: Stack, runnerId: string, viewers: readonly Viewer[]): () => Promise<string | null> {
  let wasEnd = -1
  return async () => {
    const { end } = await stack.api.runner.logs.query({ id: runnerId, from: -1, limit: 1 })
    const drawn = viewers.map((viewer) => viewer.drawn())
    const isAtRest = end === wasEnd && drawn.every((offset) => offset === end)
    wasEnd = end
    return isAtRest ? null : `${drawn.join(' and ')} bytes drawn of ${end}`
  }
}

/**
 * The same for a program that prints when it likes: both have drawn all that it has printed, with nothing new between two
 * looks, and show the same.
 */
export async function untilSameSince(what: string, stack: Stack, runnerId: string, stays: Viewer, comes: Viewer) {
  let difference: string | null = null
  const hasComeToRest = atRest(stack, runnerId, [stays, comes])
  const look = async () => {
    difference = (await hasComeToRest()) ?? firstDifference(stays, comes)
    return difference === null
  }
  await waitUntil(`${what}: both show the same`, look, SAME_MS).catch((error: unknown) => {
    throw new Error(`${what} (${comes.state().phase}): ${difference}`, { cause: error })
  })
}

/** Comes and goes over `line` in one of the ways there are; resolves with the viewer that is there again. */
export async function interrupt(
  stack: Stack,
  line: Line,
  runnerId: string,
  comes: Viewer,
  random: () => number,
): Promise<Viewer> {
  const way = random()
  if (way < 0.3) {
    comes.close()
    const anew = openViewer(stack, runnerId, { url: line.url, readOnly: true })
    await waitUntil('the viewer is there', () => anew.attaches() > 0, SAME_MS)
    return anew
  }
  if (way < 0.7) {
    const before = comes.attaches()
    line.cut()
    await waitUntil('the viewer is back', () => comes.attaches() > before, SAME_MS)
  }
  return comes
}

/** Gives the runner's terminal another size, and waits until it is told. */
export async function resizeBoth(stays: Viewer, comes: Viewer, random: () => number): Promise<void> {
  const wanted = randomSize(random)
  stays.link.resize(wanted)
  const has = ({ terminal }: Viewer) => terminal.cols === wanted.cols && terminal.rows === wanted.rows
  await waitUntil(`both are ${wanted.cols}x${wanted.rows}`, () => has(stays) && has(comes), SAME_MS)
}

/** Of a window that somebody drags. */
export const randomSize = (random: () => number): { cols: number; rows: number } => ({
  cols: 40 + Math.floor(random() * 60),
  rows: 10 + Math.floor(random() * 20),
})
