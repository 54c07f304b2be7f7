import { unfinishedBytes } from './unfinished-character'

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
    _inputHandler: {
      eraseInDisplay(params: { params: number[]; length: number }, selective: boolean): boolean
      _utf8Decoder: { decode(input: Uint8Array, target: Uint32Array): number; clear(): void }
    }
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

/**
 * xterm.js 6.0.0 loses a character whose second byte is 0x80 (quotes, dashes, joiners: U+2000 to U+203F) when what it is
 * given ends right after that byte: it takes it for one that is still missing. It is given whole characters only.
 */
function mendSplitCharacters(terminal: MendableTerminal): void {
  const decoder = (terminal as unknown as Core)._core._inputHandler._utf8Decoder
  const decode = decoder.decode.bind(decoder)
  const clear = decoder.clear.bind(decoder)
  let begun = new Uint8Array(0)
  decoder.decode = (input, target) => {
    let data = input
    if (begun.length > 0) {
      data = new Uint8Array(begun.length + input.length)
      data.set(begun)
      data.set(input, begun.length)
    }
    const whole = data.length - unfinishedBytes(data)
    // A copy: what it was given may lie in a buffer that is used again.
    begun = data.slice(whole)
    return decode(data.subarray(0, whole), target)
  }
  decoder.clear = () => {
    begun = new Uint8Array(0)
    clear()
  }
}

/** Mends what makes two terminals differ that were given the same, and what ends one. Before anything is written. */
export function mendXterm(terminal: MendableTerminal): void {
  mendEraseInDisplay(terminal)
  mendAlternateLength(terminal)
  mendSplitCharacters(terminal)
}
