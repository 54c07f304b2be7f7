import type { IDisposable, IMarker, Terminal } from '@xterm/xterm'

/** Prompts that are remembered; older ones have scrolled away long ago. */
const MAX_MARKS = 500

export interface PromptMarks extends IDisposable {
  /** Scrolls to the prompt before or after the first line in view; false when there is none. */
  jump(direction: 'previous' | 'next'): boolean
  /** The terminal was reset: what was marked is gone. */
  clear(): void
}

/** Which of the lines with a prompt (ascending) comes before or after `top`; null when none does. */
export function promptBeside(lines: readonly number[], top: number, direction: 'previous' | 'next'): number | null {
  const found = direction === 'previous' ? lines.findLast((at) => at < top) : lines.find((at) => at > top)
  return found ?? null
}

/** Remembers where the shell's prompts are (OSC 133 A), as far as they were seen here. */
export function markPrompts(terminal: Terminal): PromptMarks {
  const marks: IMarker[] = []
  const handler = terminal.parser.registerOscHandler(133, (data) => {
    if (/^A(;|$)/.test(data) && terminal.buffer.active.type === 'normal') {
      marks.push(terminal.registerMarker(0))
      if (marks.length > MAX_MARKS) marks.shift()?.dispose()
    }
    return true
  })
  const clear = (): void => {
    for (const mark of marks.splice(0)) mark.dispose()
  }
  // A program may reset the terminal too (RIS).
  const resetHandler = terminal.parser.registerEscHandler({ final: 'c' }, () => {
    clear()
    return false
  })
  return {
    clear,
    jump(direction) {
      const lines = marks.filter(({ isDisposed }) => !isDisposed).map(({ line }) => line)
      const line = promptBeside(lines, terminal.buffer.active.viewportY, direction)
      if (line === null) return false
      terminal.scrollToLine(line)
      return true
    },
    dispose() {
      handler.dispose()
      resetHandler.dispose()
      clear()
    },
  }
}
