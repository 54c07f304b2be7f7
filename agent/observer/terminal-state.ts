import type { Terminal } from '@xterm/headless'

/** Attributes of a cell, or of what is printed next. */
export interface Attributes {
  fg: number
  bg: number
  /** `_ext` has the true style of the underline: `underlineStyle` makes every link a dashed one. */
  extended: { ext: number; _ext: number; urlId: number; underlineColor: number }
  isBold(): number
  isDim(): number
  isItalic(): number
  isBlink(): number
  isInverse(): number
  isInvisible(): number
  isStrikethrough(): number
  isOverline(): number
  isUnderline(): number
  isProtected(): number
  hasExtendedAttrs(): number
  isFgRGB(): boolean
  isBgRGB(): boolean
  isFgPalette(): boolean
  isBgPalette(): boolean
  getFgColor(): number
  getBgColor(): number
}

/** Of the underline: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
export const underlineStyle = (at: Attributes): number =>
  (at.hasExtendedAttrs() && (at.extended._ext >> 26) & 7) || Number((at.fg & UNDERLINE_FLAG) !== 0)

/** Left without a style where attributes were saved and restored with the cursor. */
const UNDERLINE_FLAG = 0x10000000

/** A cell that is filled by `loadCell`, as the emulator keeps it. */
export interface Cell extends Attributes {
  getWidth(): number
  getChars(): string
  getCode(): number
}

/** One row of a buffer. */
export interface Row {
  readonly length: number
  readonly isWrapped: boolean
  loadCell(x: number, cell: Cell): Cell
}

/** Character set table; undefined is plain ASCII. */
export type Charset = Readonly<Record<string, string>> | undefined

/** One of the two buffers; rows of `lines` count from the oldest that scrolled off, `ybase` of them. */
export interface ScreenBuffer {
  readonly lines: { readonly length: number; get(index: number): Row | undefined }
  readonly ybase: number
  /** The cursor; `x` is the number of columns while the next character would wrap. */
  readonly x: number
  readonly y: number
  readonly savedX: number
  /** Counts like `lines`. */
  readonly savedY: number
  readonly savedCurAttrData: Attributes
  readonly savedCharset: Charset
  readonly scrollTop: number
  readonly scrollBottom: number
  /** Columns with a tab stop. */
  readonly tabs: Readonly<Record<number, boolean>>
}

/** What xterm.js keeps and its API does not tell. The version is pinned exactly; the redraw tests hold this to it. */
export interface TerminalState {
  readonly cols: number
  readonly rows: number
  readonly normal: ScreenBuffer
  readonly alternate: ScreenBuffer
  readonly active: ScreenBuffer
  readonly attributes: Attributes
  readonly charset: Charset
  /** What is designated for G0 to G3, and which of them is in use. */
  readonly charsets: readonly Charset[]
  readonly charsetLevel: number
  readonly cursorHidden: boolean
  readonly mouseEncoding: string
  readonly mouseProtocol: string
  readonly modes: Readonly<{
    applicationCursorKeys: boolean
    applicationKeypad: boolean
    bracketedPasteMode: boolean
    insert: boolean
    newLine: boolean
    origin: boolean
    reverseWraparound: boolean
    sendFocus: boolean
    synchronizedOutput: boolean
    wraparound: boolean
    cursorStyle?: 'block' | 'underline' | 'bar' | undefined
    cursorBlink?: boolean | undefined
  }>
  /** The last thing done was to print a character, which what follows may join or repeat. */
  readonly justPrinted: boolean
  linkOf(urlId: number): { id?: string; uri: string } | undefined
  /** A cell to load others into. */
  newCell(): Cell
}

interface Core {
  _bufferService: { buffers: { normal: ScreenBuffer; alt: ScreenBuffer; active: ScreenBuffer } }
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] }
  _inputHandler: { _curAttrData: Attributes; _parser: { precedingJoinState: number } }
  _oscLinkService: { getLinkData(urlId: number): { id?: string; uri: string } | undefined }
  coreService: {
    isCursorHidden: boolean
    modes: { insertMode: boolean }
    decPrivateModes: Omit<TerminalState['modes'], 'insert' | 'newLine'>
  }
  coreMouseService: { activeEncoding: string; activeProtocol: string }
}

/** Reads the present state; parse everything first. */
export function readState(terminal: Terminal): TerminalState {
  const core = (terminal as unknown as { _core: Core })._core
  const { normal, alt: alternate, active } = core._bufferService.buffers
  return {
    cols: terminal.cols,
    rows: terminal.rows,
    normal,
    alternate,
    active,
    attributes: core._inputHandler._curAttrData,
    charset: core._charsetService.charset,
    charsets: core._charsetService._charsets,
    charsetLevel: core._charsetService.glevel,
    cursorHidden: core.coreService.isCursorHidden,
    mouseEncoding: core.coreMouseService.activeEncoding,
    mouseProtocol: core.coreMouseService.activeProtocol,
    modes: {
      ...core.coreService.decPrivateModes,
      insert: core.coreService.modes.insertMode,
      newLine: terminal.options.convertEol === true,
    },
    justPrinted: core._inputHandler._parser.precedingJoinState !== 0,
    newCell: () => terminal.buffer.active.getNullCell() as unknown as Cell,
    linkOf: (urlId) => core._oscLinkService.getLinkData(urlId),
  }
}
