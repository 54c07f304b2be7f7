/** The part of xterm.js that is mended; its own types differ between browser and Node. */
interface MendableTerminal {
  cols: number
  rows: number
  buffer: { active: { cursorX: number; cursorY: number } }
  onResize(listener: () => void): unknown
  parser: {
    registerCsiHandler(
      id: { prefix?: string; final: string },
      callback: (params: (number | number[])[]) => boolean,
    ): unknown
  }
}

interface Core {
  _core: {
    buffers: { alt: { lines: { length: number; maxLength: number } } }
    _inputHandler: { eraseInDisplay(params: { params: number[]; length: number }, selective: boolean): boolean }
  }
}

const ABOVE = 1
const ALL = 2

/**
 * xterm.js 6.0.0 throws at "erase above" (CSI 1 J) with the cursor in the last column of the last row, and parses nothing
 * any more: any program could end the observer that way. There it means the same as erasing everything, which works.
 */
function mendEraseInDisplay(terminal: MendableTerminal): void {
  const mend = (selective: boolean) => (params: (number | number[])[]) => {
    const { cursorX, cursorY } = terminal.buffer.active
    if (params[0] !== ABOVE || cursorY < terminal.rows - 1 || cursorX < terminal.cols - 1) return false
    const { _inputHandler: handler } = (terminal as unknown as Core)._core
    return handler.eraseInDisplay({ params: [ALL], length: 1 }, selective)
  }
  terminal.parser.registerCsiHandler({ final: 'J' }, mend(false))
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'J' }, mend(true))
}

/**
 * xterm.js 6.0.0 leaves an alternate screen that was never shown as long as the size before: shown at a smaller size, rows
 * scroll off it that do not on a terminal of that size, and a saved cursor comes back elsewhere.
 */
function mendAlternateLength(terminal: MendableTerminal): void {
  terminal.onResize(() => {
    const { lines } = (terminal as unknown as Core)._core.buffers.alt
    if (lines.length === 0) lines.maxLength = terminal.rows
  })
}

/** Mends what makes two terminals differ that were given the same, and what ends one. Before anything is written. */
export function mendXterm(terminal: MendableTerminal): void {
  mendEraseInDisplay(terminal)
  mendAlternateLength(terminal)
}
