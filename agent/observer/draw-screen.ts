import { waitingTint } from './cell-style'
import { drawBuffer } from './draw-buffer'
import { createPen, type Pen } from './pen'
import type { Cell, Charset, ScreenBuffer, TerminalState } from './terminal-state'

/** Ends whatever sequence was cut off before, and undoes what a reset of xterm.js leaves as it is. */
const CLEAN_START = '\x18\x1b[20l'
const TAB_WIDTH = 8
/** What tells character sets apart: how each shows these. */
const CHARSET_MARKS: readonly [mark: string, shown: string, designator: string][] = [
  ['q', '─', '0'],
  ['#', '£', 'A'],
]

const designatorOf = (charset: Charset): string =>
  CHARSET_MARKS.find(([mark, shown]) => charset?.[mark] === shown)?.[2] ?? 'B'

/** DECSCUSR of a cursor that does not blink; one less for one that does. */
const CURSOR_SHAPES = { block: 2, underline: 4, bar: 6 } as const

const moveTo = (x: number, y: number): string => `\x1b[${y + 1};${x + 1}H`

export interface ScreenDrawing {
  /** Rows above the screen to draw, as far as there are so many. */
  scrollback: number
  /** Text alone: no attributes, one code point per cell. */
  bare: boolean
  /** Sequences for modes that are not part of the state read here. */
  moreModes: string
  /** Sequences for how the keyboard reports, to be written while that screen is shown. */
  keyboard: { normal: string; alternate: string }
  /** Rows of the normal screen where a prompt begins, counted like its `lines`. */
  promptRows: ReadonlySet<number>
}

/**
 * Escape sequences that bring an empty terminal of the same size into this state, so that whatever is written then acts
 * on both alike.
 */
export function drawScreen(state: TerminalState, drawing: ScreenDrawing): string {
  const { scrollback, bare, moreModes, keyboard, promptRows } = drawing
  const { normal, active, cols } = state
  const pen = createPen(state, bare)
  pen.add(CLEAN_START)
  const draw = (buffer: ScreenBuffer, from: number): void =>
    drawBuffer(buffer, pen, {
      ...{ cols, bare, from, cell: state.newCell() },
      save: () => saveCursor(cols, buffer, pen),
      isPrompt: (index) => buffer === normal && promptRows.has(index),
    })
  draw(normal, Math.max(0, normal.ybase - scrollback))
  settle(state, normal, pen)
  if (active === normal) {
    keepHidden(state, pen)
    if (keyboard.alternate !== '') pen.add(`\x1b[?47h${keyboard.alternate}\x1b[?47l`)
  }
  pen.add(keyboard.normal)
  if (active !== normal) {
    // Where it is here decides what a smaller size takes from this buffer meanwhile.
    pen.add(moveTo(Math.min(normal.x, cols - 1), normal.y))
    // The cursor is saved already; a terminal that is told to do it again would save another.
    pen.add('\x1b[?1047h\x1b[H\x1b[2J\x1b[H')
    // A smaller size leaves rows above a full screen that are never shown.
    draw(active, active.ybase)
    settle(state, active, pen)
    pen.add(keyboard.alternate)
  }
  finish(state, pen, moreModes)
  return pen.text()
}

/** Tab stops and scroll margins of a buffer. */
function settle({ cols, rows }: TerminalState, buffer: ScreenBuffer, pen: Pen): void {
  const stops = Array.from({ length: cols }, (_, x) => x).filter((x) => buffer.tabs[x])
  const isUsual = stops.every((x) => x % TAB_WIDTH === 0) && stops.length === Math.ceil(cols / TAB_WIDTH)
  if (!isUsual) pen.add(`\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}`)
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1)
    pen.add(`\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`)
}

/** What an alternate screen that is not shown keeps for when it is: its saved cursor, margins and tab stops. */
function keepHidden(state: TerminalState, pen: Pen): void {
  const { alternate, cols, rows } = state
  const { savedX, savedY, savedCurAttrData: saved, ybase, scrollTop, scrollBottom } = alternate
  const isFresh = savedX === 0 && savedY === 0 && saved.fg === 0 && saved.bg === 0
  const hasMargins = scrollTop !== 0 || scrollBottom !== rows - 1
  const hasTabs = Array.from({ length: cols }, (_, x) => x).some(
    (x) => Boolean(alternate.tabs[x]) !== (x % TAB_WIDTH === 0),
  )
  if (isFresh && !hasMargins && !hasTabs) return
  pen.plain()
  pen.add(`\x1b[?47h${moveTo(0, Math.max(0, Math.min(savedY - ybase, rows - 1)))}`)
  saveCursor(cols, alternate, pen)
  pen.plain()
  settle(state, alternate, pen)
  pen.add('\x1b[?47l')
}

function saveCursor(cols: number, buffer: ScreenBuffer, pen: Pen): void {
  const designator = designatorOf(buffer.savedCharset)
  pen.add(`\x1b[${Math.min(buffer.savedX, cols - 1) + 1}G`)
  pen.like(buffer.savedCurAttrData)
  pen.add(designator === 'B' ? '\x1b7' : `\x1b(${designator}\x1b7\x1b(B`)
}

/** Character sets; one in use that is not the one designated was restored with the cursor. */
function designate(state: TerminalState, pen: Pen): void {
  const slots = ['(', ')', '*', '+'] as const
  for (const [slot, intermediate] of slots.entries()) {
    const designator = designatorOf(state.charsets[slot])
    if (designator !== 'B') pen.add(`\x1b${intermediate}${designator}`)
  }
  if (state.charsetLevel > 0) pen.add(['', '\x0e', '\x1bn', '\x1bo'][state.charsetLevel] ?? '')
  if (state.charset !== state.charsets[state.charsetLevel]) {
    pen.plain()
    pen.add('\x1b8')
    pen.like(state.active.savedCurAttrData)
  }
}

/** The character left of the cursor, when the cursor is where printing it left it. */
function lastPrinted({ active, cols }: TerminalState, cell: Cell): { x: number; width: number } | null {
  const row = active.lines.get(active.ybase + active.y)
  for (const width of [1, 2]) {
    const x = Math.min(active.x, cols) - width
    if (row !== undefined && x >= 0 && row.loadCell(x, cell).getChars() !== '' && cell.getWidth() === width)
      return { x, width }
  }
  return null
}

/** Modes that change neither the cursor nor how something is printed. */
function quietModes({ modes, mouseProtocol, mouseEncoding, cursorHidden }: TerminalState): string {
  const set: [boolean, string][] = [
    [modes.newLine, '20'],
    [modes.applicationCursorKeys, '?1'],
    [modes.applicationKeypad, '?66'],
    [modes.bracketedPasteMode, '?2004'],
    [modes.reverseWraparound, '?45'],
    [modes.sendFocus, '?1004'],
    [mouseProtocol === 'X10', '?9'],
    [mouseProtocol === 'VT200', '?1000'],
    [mouseProtocol === 'DRAG', '?1002'],
    [mouseProtocol === 'ANY', '?1003'],
    [mouseEncoding === 'SGR', '?1006'],
    [mouseEncoding === 'SGR_PIXELS', '?1016'],
    [modes.synchronizedOutput, '?2026'],
  ]
  const shape = modes.cursorStyle && CURSOR_SHAPES[modes.cursorStyle] - Number(modes.cursorBlink === true)
  const cursor = `${shape ? `\x1b[${shape} q` : ''}${cursorHidden ? '\x1b[?25l' : '\x1b[?25h'}`
  return set.map(([isSet, mode]) => (isSet ? `\x1b[${mode}h` : '')).join('') + cursor
}

/**
 * Modes and the cursor. A cursor behind the last column, and one that has just printed what a combining character may
 * still join, are got by printing that character again.
 */
function finish(state: TerminalState, pen: Pen, moreModes: string): void {
  const { active, cols, modes, justPrinted } = state
  const cell = state.newCell()
  const waitsToWrap = active.x >= cols
  const printed = waitsToWrap || justPrinted ? lastPrinted(state, cell) : null
  const y = active.y - (modes.origin ? active.scrollTop : 0)
  const printingModes = `${modes.insert ? '\x1b[4h' : ''}${modes.wraparound ? '' : '\x1b[?7l'}`
  const tint = waitingTint(state.attributes)
  const tinted = tint === '' ? '' : `\x1b[${tint}m`
  // What is printed again was printed before the sets that are in use now, unless it was printed last.
  const printsFirst = printed !== null && !justPrinted && state.charset !== undefined

  if (!printsFirst) designate(state, pen)
  const others = `${printingModes}${tinted}${moreModes}${quietModes(state)}`
  if (modes.origin) pen.add('\x1b[?6h')
  const row = active.lines.get(active.ybase + active.y)
  if (printed !== null) pen.like(cell)
  // Only printing gets the cursor there: what was erased since is a blank now.
  else if (waitsToWrap && row !== undefined) pen.like(row.loadCell(cols - 1, cell))
  if (justPrinted) pen.add(others)
  pen.add(moveTo(printed?.x ?? Math.min(active.x, cols - 1), y))
  if (printed !== null) pen.add(`${justPrinted && modes.insert ? `\x1b[${printed.width}P` : ''}${cell.getChars()}`)
  else if (waitsToWrap) pen.add(' ')
  if (printsFirst) designate(state, pen)
  pen.like(state.attributes)
  // Also ends what a combining character could join.
  if (!justPrinted) pen.add(others)
}
