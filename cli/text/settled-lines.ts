import { createRequire } from 'node:module'
import type { ITerminalAddon, Terminal } from '@xterm/headless'
import { mendXterm } from '@/contracts/terminal/mend-xterm'

/** Bytes written at once: they make fewer lines than the emulator keeps. */
const STEP_BYTES = 8 * 1024
const KEPT_LINES = STEP_BYTES + 1_024

/** Rows of one of the terminal's two screens that were given out. */
interface Given {
  /** The first row that can still change, or was not given out. */
  next: number
  /** What was given out of the rows from there on. */
  shown: string[]
}

/** Turns terminal output into lines of text as a terminal shows them in the end: redrawn lines once, when they settle. */
export interface SettledLines {
  /** Takes output. Gives the lines that have left the screen by it: nothing can change them any more. */
  push(bytes: Uint8Array): Promise<string>
  /** The output has paused: gives the lines on the screen that are new or changed; the cursor's own only at the end. */
  rest(isEnd: boolean): string
}

/** For the output of a runner of this size. */
export function createSettledLines(size: { cols: number; rows: number }): SettledLines {
  // Loaded when logs are printed and not before: it is large, and its CommonJS entry hides its names from `import`.
  const load = createRequire(import.meta.url)
  const headless = load('@xterm/headless') as typeof import('@xterm/headless')
  const terminal: Terminal = new headless.Terminal({ ...size, scrollback: KEPT_LINES, allowProposedApi: true })
  const { Unicode11Addon } = load('@xterm/addon-unicode11') as typeof import('@xterm/addon-unicode11')
  // The add-on is typed for the browser's terminal; it uses only what both have.
  terminal.loadAddon(new Unicode11Addon() as unknown as ITerminalAddon)
  terminal.unicode.activeVersion = '11'
  mendXterm(terminal)
  const normal: Given = { next: 0, shown: [] }
  let alternate: Given | null = null

  const write = (bytes: Uint8Array): Promise<void> => new Promise((done) => terminal.write(bytes, done))
  const rowText = (row: number): string => terminal.buffer.active.getLine(row)?.translateToString(true) ?? ''
  const isContinued = (row: number): boolean => terminal.buffer.active.getLine(row + 1)?.isWrapped === true

  /** A row as text: a line too long for one row goes on without a line feed. */
  const given = (row: number, text: string): string => (isContinued(row) ? text.padEnd(terminal.cols) : `${text}\n`)

  function current(): Given {
    if (terminal.buffer.active.type === 'normal') {
      alternate = null
      return normal
    }
    alternate ??= { next: 0, shown: [] }
    return alternate
  }

  /** Rows that are above the screen. */
  function harvest(rows: Given): string {
    let text = ''
    for (; rows.next < terminal.buffer.active.baseY; rows.next += 1) {
      const row = rowText(rows.next)
      if (rows.shown.shift() !== row) text += given(rows.next, row)
    }
    return text
  }

  return {
    async push(bytes) {
      let text = ''
      for (let at = 0; at < bytes.length; at += STEP_BYTES) {
        const before = terminal.buffer.normal.baseY
        // Past what is kept the oldest rows are dropped, and all others move up: a marker moves with them.
        const isNormal = terminal.buffer.active.type === 'normal'
        const marker = isNormal ? terminal.registerMarker(0) : undefined
        const line = marker?.line ?? 0
        await write(bytes.subarray(at, at + STEP_BYTES))
        if (marker !== undefined && marker.line >= 0) normal.next -= line - marker.line
        marker?.dispose()
        if (terminal.buffer.normal.baseY < before) {
          // It was cleared, scrollback and all.
          normal.next = 0
          normal.shown = []
        }
        text += harvest(current())
      }
      return text
    },
    rest(isEnd) {
      const rows = current()
      const { baseY, cursorY } = terminal.buffer.active
      const cursor = baseY + cursorY
      let last = baseY + terminal.rows - 1
      while (last >= rows.next && (rowText(last) === '' || (last === cursor && !isEnd))) last -= 1
      let text = ''
      for (let row = rows.next; row <= last; row += 1) {
        const index = row - rows.next
        if (row === cursor && !isEnd) continue
        const now = rowText(row)
        if (rows.shown[index] !== now) text += given(row, now)
        rows.shown[index] = now
      }
      return text
    },
  }
}
