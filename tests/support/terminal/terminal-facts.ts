import { createRequire } from 'node:module'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import type { ITerminalAddon, Terminal } from '@xterm/headless'
import {
  type Attributes,
  type Cell,
  type Row,
  readState,
  type ScreenBuffer,
  type TerminalState,
  underlineStyle,
} from '@/agent/observer/terminal-state'
import { mendXterm } from '@/contracts/terminal/mend-xterm'

const headless = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless')

/** Lines a viewer keeps above the screen; as many as a snapshot brings. */
const SCROLLBACK_LINES = 1000

/** The terminal of a viewer: what the browser draws with, without the drawing. */
export function createViewerTerminal(cols: number, rows: number): Terminal {
  const terminal = new headless.Terminal({ cols, rows, scrollback: SCROLLBACK_LINES, allowProposedApi: true })
  terminal.loadAddon(new Unicode11Addon() as unknown as ITerminalAddon)
  terminal.unicode.activeVersion = '11'
  mendXterm(terminal)
  return terminal
}

/** Resolves when all that was written is parsed. */
export const parsed = (terminal: Terminal): Promise<void> => new Promise((resolve) => terminal.write('', resolve))

/**
 * Links are left out (`linksOf` tells them): xterm.js forgets where one leads once the rows are gone that it was first
 * printed on.
 *
 * Bits of a colour number that are no colour, without "underlined" and "has more attributes", told by what those are.
 */
const FLAGS = 0xec000000

const TINT_MODE = 0x3000000
const TINT_RGB = 0x3000000

/** Of a colour from the palette only the number counts: xterm.js leaves bits of an earlier one above it. */
const tintFact = (tint: number): number => tint & ((tint & TINT_MODE) === TINT_RGB ? 0x3ffffff : TINT_MODE | 0xff)

function attributeFacts(at: Attributes): string {
  const { fg, bg, extended } = at
  const more = at.hasExtendedAttrs() !== 0
  const style = underlineStyle(at)
  const tint = more && style !== 0 ? tintFact(extended.underlineColor) : 0
  const colours = [at.isFgRGB(), at.getFgColor(), at.isBgRGB(), at.getBgColor()].join(',')
  const flags = [fg, bg].map((number) => ((number & FLAGS) >>> 0).toString(16))
  return `${colours} ${flags} ${style} ${tint}`
}

const PLAIN = 'false,-1,false,-1 0,0 0 0'

function cellFacts(cell: Cell, isLast: boolean): string {
  const shown = cell.getChars() === '' || (isLast && cell.getChars() === ' ') ? '.' : cell.getChars()
  const attributes = attributeFacts(cell)
  return attributes === PLAIN ? shown : `<${shown} ${attributes}>`
}

function bufferFacts(state: TerminalState, buffer: ScreenBuffer, name: string): string[] {
  const cell = state.newCell()
  // A smaller size leaves rows above a full screen that are never shown.
  const first = name === 'alternate' ? buffer.ybase : 0
  // A combining character that had nothing to join leaves a cell without width, which shows as an empty one.
  const isHalf = (row: Row, x: number): boolean => x > 0 && row.loadCell(x - 1, cell).getWidth() === 2
  const rows = Array.from({ length: buffer.lines.length - first }, (_, index) => {
    const row = buffer.lines.get(first + index)
    if (row === undefined) return `${name} ${index} missing`
    const cells = Array.from({ length: state.cols }, (_, x) => {
      if (row.loadCell(x, cell).getWidth() === 0) return isHalf(row, x) ? '~' : '.'
      // A smaller size may cut a wide character in two; and an erased last column is a blank where the cursor waits.
      if (x + cell.getWidth() > state.cols) return '.'
      return cellFacts(cell, x === state.cols - 1)
    }).join('')
    return `${name} ${index}${row.isWrapped ? '+' : ' '} ${cells}`
  })
  const stops = Object.keys(buffer.tabs)
    .map(Number)
    .filter((x) => x < state.cols)
  const saved = buffer.savedCurAttrData
  return [
    ...rows,
    `${name} margins ${buffer.scrollTop} ${buffer.scrollBottom} tabs ${stops}`,
    `${name} saved ${Math.min(buffer.savedX, state.cols - 1)} ${Math.min(Math.max(0, buffer.savedY - buffer.ybase), state.rows - 1)} ${attributeFacts(saved)} ${buffer.savedCharset?.q}`,
  ]
}

/** Everything about a terminal that a person or the bytes to come could tell apart, line by line. */
export function terminalFacts(terminal: Terminal): string[] {
  const state = readState(terminal)
  const { active, normal, modes } = state
  return [
    `size ${state.cols}x${state.rows}`,
    `cursor ${active.x} ${active.y} hidden ${state.cursorHidden}`,
    `pen ${attributeFacts(state.attributes)} charset ${state.charset?.q} level ${state.charsetLevel}`,
    `modes ${JSON.stringify(modes)} mouse ${state.mouseProtocol} ${state.mouseEncoding}`,
    `joins ${state.justPrinted}`,
    ...bufferFacts(state, normal, 'normal'),
    ...(active === normal ? [] : bufferFacts(state, active, 'alternate')),
  ]
}

/** Where each cell that is a link leads: for what is on the screen, as xterm.js forgets the rest. */
export function linksOf(terminal: Terminal): string[] {
  const state = readState(terminal)
  const { active, cols, rows } = state
  const cell = state.newCell()
  const links: string[] = []
  for (let y = 0; y < rows; y += 1) {
    const row = active.lines.get(active.ybase + y)
    for (let x = 0; row !== undefined && x < cols; x += 1) {
      const { extended } = row.loadCell(x, cell)
      const target = cell.hasExtendedAttrs() ? state.linkOf(extended.urlId) : undefined
      if (target !== undefined) links.push(`${x},${y} ${target.uri}`)
    }
  }
  return links
}
