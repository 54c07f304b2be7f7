import { createRequire } from 'node:module'
import { SerializeAddon } from '@xterm/addon-serialize'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import type { IBufferLine, ITerminalAddon, Terminal } from '@xterm/headless'
import type { RunnerActivity } from '@/contracts/runner/status'
import { trackModes } from './mode-tracker'
import { parseProgramStatus, STATUS_HANDSHAKE } from './program-status'
import { renderRow } from './render-row'

/** Lines a snapshot carries above the screen: a new viewer's history, at 1.7 MB per busy emulator. */
const SCROLLBACK_LINES = 1000
/** Fewer and fewer of them for a screen whose snapshot would be too big. */
const SCROLLBACK_STEPS = [SCROLLBACK_LINES, 250, 0]
/** Half of what the daemon takes in one message: past that it would cut the agent's link, for every runner. */
export const MAX_SNAPSHOT_BYTES = 4 * 1024 * 1024
/** A title is the program's own text, of any length. */
const MAX_TITLE_LENGTH = 512
/** What is kept of an ended runner's screen to say why it ended. */
const LAST_LINES = 20
const LAST_LINES_LENGTH = 4096

// The package's ES entry is not what Node resolves, and its CommonJS entry hides its names from `import`.
const headless = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless')

export interface Screen {
  cols: number
  rows: number
  cursor: { x: number; y: number }
  title: string
  text: string
}

/** A terminal without a screen: knows what one would show. */
export interface Emulator {
  /** Resolves when these bytes are parsed. What they ask is answered only when `live`. */
  write(data: Uint8Array, live: boolean): Promise<void>
  /** Calls back when everything written before is parsed and nothing written later is. */
  whenParsed(callback: () => void): void
  /** At once: call it from `whenParsed`. */
  resize(cols: number, rows: number): void
  /**
   * Escape sequences that draw the present state on an empty terminal of the same size, with as much of what scrolled
   * off, and of the colours, as fits into MAX_SNAPSHOT_BYTES. Parse everything first.
   */
  snapshot(): { data: string; cols: number; rows: number; title: string }
  screen(ansi: boolean): Screen
  lastLines(): string
  /** As the program itself reports it; `unknown` when it does not. */
  activity(): RunnerActivity
  dispose(): void
}

/** `onAnswer` gets what a terminal answers to queries of live output. Exactly one such answerer may exist per PTY. */
export function createEmulator(cols: number, rows: number, onAnswer: (answer: string) => void): Emulator {
  const terminal: Terminal = new headless.Terminal({ cols, rows, scrollback: SCROLLBACK_LINES, allowProposedApi: true })
  const serializer = new SerializeAddon()
  // Both add-ons are typed for the browser's terminal; they use only what both have.
  terminal.loadAddon(serializer as unknown as ITerminalAddon)
  terminal.loadAddon(new Unicode11Addon() as unknown as ITerminalAddon)
  terminal.unicode.activeVersion = '11'
  const modes = trackModes(terminal)
  let title = ''
  let live = false
  /** Of the newest chunk, which may not be parsed yet. */
  let lastLive = false
  let activity: RunnerActivity = 'unknown'

  const answer = (text: string): void => {
    if (live) onAnswer(text)
  }
  terminal.onTitleChange((value) => {
    title = value.slice(0, MAX_TITLE_LENGTH)
  })
  terminal.onData(answer)
  terminal.parser.registerOscHandler(7501, (payload) => {
    const status = parseProgramStatus(payload)
    if (status?.kind === 'question') answer(STATUS_HANDSHAKE)
    if (status?.kind === 'state') activity = status.activity
    return true
  })

  /** Rows of the visible screen. */
  const visibleRows = () => {
    const buffer = terminal.buffer.active
    return Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(buffer.baseY + row))
  }

  /** Of a row that is too much otherwise: one code point per cell and no attributes, at most 4 bytes each. */
  const plainRow = (line: IBufferLine | undefined): string => {
    if (line === undefined) return ''
    const cells = Array.from({ length: line.length }, (_, x) => line.getCell(x))
    return cells
      .map((cell) => (cell === undefined || cell.getWidth() === 0 ? '' : String.fromCodePoint(cell.getCode() || 32)))
      .join('')
      .trimEnd()
  }

  /** The visible screen and the modes, without attributes: what remains when colours alone are past the bound. */
  const plainSnapshot = (): string => {
    const { type, cursorX, cursorY } = terminal.buffer.active
    const bare = { scrollback: 0, excludeAltBuffer: true }
    // The serializer writes the modes last, and alone it does not give them.
    const attributed = serializer.serialize({ ...bare, excludeModes: true })
    const modeSequences = serializer.serialize(bare).slice(attributed.length)
    const rows = visibleRows().map(plainRow).join('\r\n')
    const cursor = `\x1b[${cursorY + 1};${Math.min(cursorX + 1, terminal.cols)}H`
    return `${type === 'alternate' ? '\x1b[?1049h\x1b[H' : ''}${rows}${cursor}${modeSequences}`
  }

  const fits = (text: string): boolean => Buffer.byteLength(text) <= MAX_SNAPSHOT_BYTES

  const drawing = (): string => {
    for (const scrollback of SCROLLBACK_STEPS) {
      const text = serializer.serialize({ scrollback })
      if (fits(text)) return text
    }
    return plainSnapshot()
  }

  return {
    write(data, isLive) {
      return new Promise((resolve) => {
        // Chunks are parsed in order and their callbacks run in between: this one switches for the next.
        if (isLive !== lastLive) {
          terminal.write('', () => {
            live = isLive
          })
        }
        lastLive = isLive
        terminal.write(data, resolve)
      })
    },
    whenParsed: (callback) => terminal.write('', callback),
    resize(newCols, newRows) {
      terminal.resize(newCols, newRows)
      modes.resized()
    },
    snapshot: () => ({
      data: drawing() + modes.restore(),
      cols: terminal.cols,
      rows: terminal.rows,
      title,
    }),
    screen(ansi) {
      const { cursorX, cursorY } = terminal.buffer.active
      const lines = visibleRows().map((line) =>
        line === undefined ? '' : ansi ? renderRow(line) : line.translateToString(true),
      )
      const whole = lines.join('\n').trimEnd()
      const text = fits(whole) ? whole : visibleRows().map(plainRow).join('\n').trimEnd()
      const cursor = { x: Math.min(cursorX, terminal.cols - 1), y: cursorY }
      return { cols: terminal.cols, rows: terminal.rows, cursor, title, text }
    },
    lastLines() {
      const lines = visibleRows().map((line) => line?.translateToString(true) ?? '')
      return lines.join('\n').trimEnd().split('\n').slice(-LAST_LINES).join('\n').slice(-LAST_LINES_LENGTH)
    },
    activity: () => activity,
    dispose: () => terminal.dispose(),
  }
}
