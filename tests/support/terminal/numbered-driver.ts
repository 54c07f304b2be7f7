import type { Stack } from '../stack'
import { waitUntil } from '../wait-until'
import { createNumberedOutput, type NumberedOutput } from './numbered-output'
import { openPacedViewer, type PacedViewer } from './paced-viewer'

/** The driver of a runner that prints numbers, fast. */
export interface NumberedDriver {
  viewer: PacedViewer
  numbers: NumberedOutput
  /** Whether the newest it was sent holds this. */
  ends(part: RegExp): boolean
}

const KEPT_CHARACTERS = 4096

/** Attaches, by another way than the stack's own address where `url` is given, and waits until it drives. */
export async function openNumberedDriver(
  stack: Stack,
  runnerId: string,
  { url = stack.url, timeoutMs }: { url?: string; timeoutMs: number },
): Promise<NumberedDriver> {
  const numbers = createNumberedOutput()
  let end = ''
  const viewer = openPacedViewer(stack, runnerId, {
    url,
    onOutput(data) {
      end = (end + Buffer.from(data).toString('latin1')).slice(-KEPT_CHARACTERS)
      numbers.take(data)
    },
    onSnapshot: () => numbers.restart(),
  })
  await waitUntil('it drives', () => viewer.state().role === 'driver', timeoutMs)
  return { viewer, numbers, ends: (part) => part.test(end) }
}
