import { createRequire } from 'node:module'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import type { IBufferLine, ITerminalAddon, Terminal } from '@xterm/headless'
import type { FindSecrets } from '@/contracts/redaction/redact-text'
import { mendXterm } from '@/contracts/terminal/mend-xterm'
import type { ProgramSignal } from '@/contracts/terminal/program-signal'
import { drawScreen } from './draw-screen'
import { HIDDEN_CELL, type HiddenColumns, hiddenCells, plainRow } from './hidden-cells'
import { trackKeyboard } from './keyboard-modes'
import { trackModes } from './mode-tracker'
import { keepDirectory, listenForNotices } from './program-notices'
import { parseProgramStatus, STATUS_HANDSHAKE } from './program-status'
import { keepPrompts } from './prompt-rows'
import type { ProgramSaid } from './protocol'
import { renderRow } from './render-row'
import { emptied, type Settings } from './settings'
import { createTerminalFeed } from './terminal-feed'
import { readState } from './terminal-state'
import { thumbnailLines } from './thumbnail-lines'
import { createUnfinished } from './unfinished'

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

const NOTHING_HIDDEN: HiddenColumns = new Set()

export interface Screen {
  cols: number
  rows: number
  cursor: { x: number; y: number }
  title: string
  text: string
}

/** One line without secrets, each character of theirs hidden. */
function withoutSecretsOf(line: string, find: FindSecrets): string {
  return find(line).reduceRight(
    (text, { from, to }) => `${text.slice(0, from)}${HIDDEN_CELL.repeat(to - from)}${text.slice(to)}`,
    line,
  )
}

/** A terminal without a screen: knows what one would show. */
export interface Emulator {
  /** Resolves when these bytes are parsed; of a live flood a moment later. What they ask is answered only when `live`. */
  write(data: Uint8Array, live: boolean): Promise<void>
  /** Calls back when everything written before is parsed and nothing written later is. */
  whenParsed(callback: () => void): void
  size(): { cols: number; rows: number }
  /** At once: call it from `whenParsed`. */
  resize(cols: number, rows: number): void
  /**
   * Escape sequences that bring an empty terminal of the same size into the present state, with as much of what scrolled
   * off, and of the colours, as fits into MAX_SNAPSHOT_BYTES; last what is not complete yet of the newest sequence or
   * character. Parse everything first.
   */
  snapshot(): { data: Buffer; cols: number; rows: number; title: string }
  /** What it is set to; null in the middle of a sequence or a character. Parse everything first. */
  settings(): Settings | null
  /** As text, and so without secrets: it is stored, sent and shown to whom the terminal itself is not. */
  screen(ansi: boolean, find: FindSecrets): Screen
  /** The last rows that hold anything, as a small picture shows them, without secrets. */
  thumbnail(find: FindSecrets): { cols: number; lines: string[] }
  /** Without secrets too. */
  lastLines(find: FindSecrets): string
  /** What the program says of itself. */
  said(): ProgramSaid
  /** What its terminal failed at: it shows nothing of what came since. */
  broken(): { error: unknown } | null
  dispose(): void
}

/**
 * `onAnswer` gets what a terminal answers to queries of live output. Exactly one such answerer may exist per PTY. `onSaid`
 * is called when the program has said something else of itself than `said`, once for each chunk at most. `onNotice` gets
 * the bells and notifications of live output.
 */
export function createEmulator(
  cols: number,
  rows: number,
  onAnswer: (answer: string) => void,
  onSaid: (said: ProgramSaid) => void = () => {},
  said: ProgramSaid = { status: null, title: '' },
  onNotice: (signal: ProgramSignal) => void = () => {},
): Emulator {
  const terminal: Terminal = new headless.Terminal({ cols, rows, scrollback: SCROLLBACK_LINES, allowProposedApi: true })
  // The add-on is typed for the browser's terminal; it uses only what both have.
  terminal.loadAddon(new Unicode11Addon() as unknown as ITerminalAddon)
  terminal.unicode.activeVersion = '11'
  mendXterm(terminal)
  const feed = createTerminalFeed(terminal, SCROLLBACK_LINES)
  const modes = trackModes(terminal)
  const keys = trackKeyboard(terminal)
  const directory = keepDirectory(terminal)
  const prompts = keepPrompts(terminal)
  const unfinished = createUnfinished()
  let { status, title } = said
  let live = false
  const beginLive = (): void => {
    live = true
  }
  const beginReplay = (): void => {
    live = false
  }
  let saidNew = false

  const answer = (text: string): void => {
    if (live) onAnswer(text)
  }
  terminal.onTitleChange((value) => {
    title = value.slice(0, MAX_TITLE_LENGTH)
    saidNew = true
  })
  terminal.onData(answer)
  listenForNotices(terminal, (signal) => {
    if (live) onNotice(signal)
  })
  terminal.parser.registerOscHandler(7501, (payload) => {
    const stated = parseProgramStatus(payload)
    if (stated?.kind === 'question') answer(STATUS_HANDSHAKE)
    if (stated?.kind === 'state') {
      status = stated.activity && { activity: stated.activity, message: stated.message }
      saidNew = true
    }
    return true
  })

  /** Rows of the visible screen. */
  const visibleRows = () => {
    const buffer = terminal.buffer.active
    return Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(buffer.baseY + row))
  }

  /** Of a row that is too much otherwise: one code point per cell and no attributes, at most 4 bytes each. */
  const bareRow = (line: IBufferLine | undefined, hidden: HiddenColumns): string => {
    if (line === undefined) return ''
    const cells = Array.from({ length: line.length }, (_, x) => line.getCell(x))
    return cells
      .map((cell, x) => {
        if (cell === undefined || cell.getWidth() === 0) return ''
        return hidden.has(x) ? HIDDEN_CELL : String.fromCodePoint(cell.getCode() || 32)
      })
      .join('')
      .trimEnd()
  }

  const fits = (text: string): boolean => Buffer.byteLength(text) <= MAX_SNAPSHOT_BYTES

  const besides = () => ({
    moreModes: `${modes.restore()}${keys.otherKeys()}${directory()}`,
    keyboard: { normal: keys.levels('normal'), alternate: keys.levels('alternate') },
  })

  const drawing = (): string => {
    const state = readState(terminal)
    const also = { ...besides(), promptRows: prompts.rows() }
    for (const scrollback of SCROLLBACK_STEPS) {
      const text = drawScreen(state, { scrollback, bare: false, ...also })
      if (fits(text)) return text
    }
    return drawScreen(state, { scrollback: 0, bare: true, ...also })
  }

  return {
    write(data, isLive) {
      return new Promise((resolve) => {
        const done = (): void => {
          unfinished.take(data)
          if (saidNew) onSaid({ status, title })
          saidNew = false
          resolve()
        }
        feed.write(data, isLive ? beginLive : beginReplay, done, !isLive)
      })
    },
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    whenParsed: feed.whenParsed,
    resize: (newCols, newRows) => terminal.resize(newCols, newRows),
    snapshot: () => ({
      data: Buffer.concat([Buffer.from(drawing()), unfinished.bytes()]),
      cols: terminal.cols,
      rows: terminal.rows,
      title,
    }),
    settings() {
      if (unfinished.bytes().length > 0) return null
      const state = emptied(readState(terminal))
      const drawing = { scrollback: 0, bare: false, ...besides(), promptRows: new Set<number>() }
      return { cols: terminal.cols, rows: terminal.rows, title, status, sequences: drawScreen(state, drawing) }
    },
    screen(ansi, find) {
      const { cursorX, cursorY } = terminal.buffer.active
      const rows = visibleRows()
      const hidden = hiddenCells(rows, find)
      const lines = rows.map((line, row) => {
        const columns = hidden[row] ?? NOTHING_HIDDEN
        return line === undefined ? '' : ansi ? renderRow(line, columns) : plainRow(line, columns)
      })
      const whole = lines.join('\n').trimEnd()
      const text = fits(whole)
        ? whole
        : rows
            .map((line, row) => bareRow(line, hidden[row] ?? NOTHING_HIDDEN))
            .join('\n')
            .trimEnd()
      const cursor = { x: Math.min(cursorX, terminal.cols - 1), y: cursorY }
      return { cols: terminal.cols, rows: terminal.rows, cursor, title: withoutSecretsOf(title, find), text }
    },
    thumbnail: (find) => ({ cols: terminal.cols, lines: thumbnailLines(terminal.buffer.active, terminal.rows, find) }),
    lastLines(find) {
      const rows = visibleRows()
      const hidden = hiddenCells(rows, find)
      const lines = rows.map((line, row) => (line === undefined ? '' : plainRow(line, hidden[row] ?? NOTHING_HIDDEN)))
      return lines.join('\n').trimEnd().split('\n').slice(-LAST_LINES).join('\n').slice(-LAST_LINES_LENGTH)
    },
    said: () => ({ status, title }),
    broken: feed.broken,
    dispose() {
      feed.stop()
      terminal.dispose()
    },
  }
}
