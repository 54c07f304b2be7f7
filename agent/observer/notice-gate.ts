import type { ProgramSignal } from '@/contracts/terminal/program-signal'

/** After a report nothing is told for this long; it doubles while a program rings on. */
const FIRST_GAP_MS = 2_000
const LONGEST_GAP_MS = 5 * 60_000
/** After so many first gaps without a signal the next one is told at once. */
const QUIET_GAPS = 5

export interface CountedSignal extends ProgramSignal {
  /** How many came since the last report. */
  count: number
}

export interface NoticeGate {
  take(signal: ProgramSignal): void
  /** Nothing is told any more. */
  stop(): void
}

/**
 * Lets the first signal through at once, and of a program that rings on ever fewer, each with the number of what came. A
 * text is not lost to the bells after it.
 */
export function createNoticeGate(
  after: (ms: number, work: () => void) => () => void,
  report: (signal: CountedSignal) => void,
): NoticeGate {
  let held: CountedSignal | null = null
  let gap = FIRST_GAP_MS
  let quietGaps = 0
  let cancel: (() => void) | null = null

  function tell(signal: CountedSignal): void {
    quietGaps = 0
    cancel = after(gap, onGap)
    report(signal)
  }
  function onGap(): void {
    cancel = null
    if (held === null) {
      // Forgotten step by step: a bell just slower than the gap would begin anew each time.
      quietGaps = gap === FIRST_GAP_MS ? quietGaps + 1 : 0
      gap = Math.max(gap / 2, FIRST_GAP_MS)
      if (quietGaps < QUIET_GAPS) cancel = after(gap, onGap)
      return
    }
    const next = held
    held = null
    gap = Math.min(2 * gap, LONGEST_GAP_MS)
    tell(next)
  }

  return {
    take(signal) {
      if (cancel === null) return tell({ ...signal, count: 1 })
      const shown = held !== null && signal.kind === 'bell' && held.kind === 'notification' ? held : signal
      held = { kind: shown.kind, text: shown.text, count: (held?.count ?? 0) + 1 }
    },
    stop() {
      cancel?.()
      // No report follows, whatever comes.
      cancel = () => {}
    },
  }
}
