import { type After, quietTimer } from './quiet-timer'

/** A driver that acknowledges nothing for so long (a hidden tab, a dead line) is not waited for any more. */
const STALL_MS = 300
/** It is waited for again once it lacks no more than this. */
const CAUGHT_UP_BYTES = 64 * 1024

/**
 * Up to where a runner's output counts as taken, which is how fast its program may print: as far as the driver shows it
 * while the driver keeps up, and else as far as it is here. Nobody but the driver slows a program down.
 */
export interface Pace {
  /** Everything before `end` is here; `waits`: the driver was sent it all and its program may wait for it. */
  received(end: number, waits: boolean): void
  /** The driver shows everything before `offset`. */
  shown(offset: number): void
  /** Whether the driver, if it gets all there is, is waited for. */
  isKept(): boolean
  /** There is another driver, or none, or other output: nothing that was waited for counts. */
  reset(): void
}

/** `take` tells the agent. */
export function createPace(take: (offset: number) => void, after: After = quietTimer): Pace {
  let here = 0
  let taken = 0
  let hasStalled = false
  let cancel: (() => void) | null = null

  const rest = (): void => {
    cancel?.()
    cancel = null
  }
  const takeUpTo = (offset: number): void => {
    if (offset <= taken) return
    taken = offset
    take(offset)
  }
  const wait = (): void => {
    cancel ??= after(STALL_MS, () => {
      cancel = null
      hasStalled = true
      takeUpTo(here)
    })
  }

  return {
    isKept: () => !hasStalled,
    received(end, waits) {
      here = end
      if (waits && !hasStalled) wait()
      else {
        rest()
        takeUpTo(end)
      }
    },
    shown(offset) {
      if (here - offset <= CAUGHT_UP_BYTES) hasStalled = false
      if (hasStalled) return
      rest()
      takeUpTo(Math.min(offset, here))
      if (taken < here) wait()
    },
    reset() {
      rest()
      if (here > taken) take(here)
      here = 0
      taken = 0
      hasStalled = false
    },
  }
}
