import { setTimeout as wait } from 'node:timers/promises'
import type { BenchTerminal } from './bench-terminal'
import type { Figure } from './statistics'

export const VIEWERS = 100
const STALL_MS = 30_000
const WARM_UP_MS = 5_000
/** So slow that it shows nothing of what it is sent. */
export const FROZEN_BYTES_PER_SECOND = 1

/** Resident megabytes by which `mb` grows while a flood runs that a frozen viewer is there for, once all is warm. */
export async function grownWhileFrozen(mb: () => number, flood: () => Promise<void>): Promise<number> {
  await flood()
  // Warm from the flood itself: what is asked is whether it grows.
  await wait(WARM_UP_MS)
  const before = mb()
  await wait(STALL_MS)
  return mb() - before
}

export const perViewer = (server: string, mb: number): Figure => ({
  name: `${server}, per viewer of ${VIEWERS}`,
  unit: 'MB',
  value: mb / VIEWERS,
})

export const besideFrozen = (server: string, mb: number): Figure => ({
  name: `${server}, ${STALL_MS / 1000} s of a flood with a frozen viewer`,
  unit: 'MB',
  value: mb,
})

/** Both for a server of one process whose terminals are a shell each: the shells themselves are not counted. */
export async function measureServerMemory(
  server: string,
  mb: () => number,
  open: (bytesPerSecond?: number) => BenchTerminal,
): Promise<Figure[]> {
  const first = open()
  await first.drawn
  const before = mb()
  const viewers = Array.from({ length: VIEWERS }, () => open())
  await Promise.all(viewers.map(({ drawn }) => drawn))
  const attached = mb()
  for (const viewer of [first, ...viewers]) viewer.close()
  const frozen = open(FROZEN_BYTES_PER_SECOND)
  await frozen.drawn
  const grown = await grownWhileFrozen(mb, async () => frozen.type('yes\r'))
  frozen.close()
  return [perViewer(server, attached - before), besideFrozen(server, grown)]
}
