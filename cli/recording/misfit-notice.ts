import type { TerminalSize } from '@/contracts/terminal/terminal'
import { misfitOf } from '../attach/attach-notices'

/** Says, once for each size, that what is played was drawn for a larger screen than the one it is shown on. */
export interface MisfitNotice {
  /** What comes now was drawn for this size. */
  drawnFor(size: TerminalSize): void
  /** What is shown stays for a moment: it is said now, where it is read. */
  rest(): void
  /** The screen is empty: what was said is gone. */
  cleared(): void
}

export function createMisfitNotice(own: () => TerminalSize, notice: (text: string) => void): MisfitNotice {
  let drawn: TerminalSize | null = null
  let told: string | null = null
  return {
    drawnFor(size) {
      drawn = size
    },
    rest() {
      const misfit = misfitOf(drawn, own())
      if (misfit !== null && misfit !== told) notice(misfit)
      told = misfit
    },
    cleared() {
      told = null
    },
  }
}
