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

/** Comes and goes over `line` in one of the ways there are; returns the viewer that is there now. */
export function interrupt(stack: Stack, line: Line, runnerId: string, comes: Viewer, random: () => number): Viewer {
  const way = random()
  if (way < 0.3) {
    comes.close()
    return openViewer(stack, runnerId, { url: line.url, readOnly: true })
  }
  if (way < 0.6) line.cut()
  return comes
}

/** Of a window that somebody drags. */
export const randomSize = (random: () => number): { cols: number; rows: number } => ({
  cols: 40 + Math.floor(random() * 60),
  rows: 10 + Math.floor(random() * 20),
})
