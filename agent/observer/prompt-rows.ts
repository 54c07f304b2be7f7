import type { IMarker, Terminal } from '@xterm/headless'

/** Prompts that a snapshot tells; older ones have scrolled away long ago. */
const MAX_PROMPTS = 500

/** Where prompts begin (OSC 133 A). */
export interface PromptRows {
  /** Rows of the normal screen, counted from the oldest. */
  rows(): ReadonlySet<number>
  /** The terminal was reset from outside: xterm.js forgets the rows, and not the marks on them. */
  clear(): void
}

/** Keeps them from now on. */
export function keepPrompts(terminal: Terminal): PromptRows {
  let marks: IMarker[] = []
  terminal.parser.registerOscHandler(133, (data) => {
    if (/^A(;|$)/.test(data) && terminal.buffer.active.type === 'normal') {
      const mark = terminal.registerMarker(0)
      if (mark !== undefined) marks.push(mark)
      if (marks.length > MAX_PROMPTS) {
        marks = marks.filter(({ isDisposed }) => !isDisposed)
        while (marks.length > MAX_PROMPTS) marks.shift()?.dispose()
      }
    }
    return true
  })
  const clear = (): void => {
    for (const mark of marks.splice(0)) mark.dispose()
  }
  // RIS, full reset.
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    clear()
    return false
  })
  return { rows: () => new Set(marks.filter(({ isDisposed }) => !isDisposed).map(({ line }) => line)), clear }
}
