import type { TerminalSize } from '@/contracts/terminal/terminal'
import type { SizeSince } from '../observer/protocol'

/** Sizes a terminal had; more while an observer is away are a person dragging a window edge. */
const KEPT_SIZES = 256

/** The sizes a terminal has had since the observer was last known to have heard of them. */
export interface SizeHistory {
  add(size: SizeSince): void
  /** What still counts, oldest first; at least one. */
  all(): readonly SizeSince[]
  /** Everything before `offset` was heard of: forgets what no longer held there. */
  heard(offset: number): void
}

export function createSizeHistory(first: TerminalSize): SizeHistory {
  let sizes: SizeSince[] = [{ offset: 0, ...first }]
  return {
    add(size) {
      sizes = [...sizes, size].slice(-KEPT_SIZES)
    },
    all: () => sizes,
    heard(offset) {
      // One at `offset` itself may be on its way.
      while (sizes.length > 1 && (sizes[1]?.offset ?? offset) < offset) sizes.shift()
    },
  }
}
