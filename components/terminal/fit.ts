import type { TerminalSize } from '@/contracts/terminal/terminal'

/** Smallest letters a scaled-down terminal may have; below it the view scrolls instead. */
export const MIN_SCALED_FONT_PX = 5

interface Box {
  width: number
  height: number
}

/** How many cells of this size fit, within what a PTY accepts; null while nothing is laid out. */
export function cellsThatFit(room: Box, cell: Box): TerminalSize | null {
  if (cell.width <= 0 || cell.height <= 0 || room.width <= 0 || room.height <= 0) return null
  const clamp = (count: number, min: number) => Math.min(1000, Math.max(min, Math.floor(count)))
  // Two columns hold one wide character; less than that is no terminal.
  return { cols: clamp(room.width / cell.width, 2), rows: clamp(room.height / cell.height, 1) }
}

/** Font size at which a terminal of `size` cells fits into `room`, never above the chosen one. */
export function fontThatFits(room: Box, cell: Box, font: number, chosen: number, size: TerminalSize): number {
  if (cell.width <= 0 || cell.height <= 0 || room.width <= 0 || room.height <= 0) return font
  const scale = Math.min(room.width / (cell.width * size.cols), room.height / (cell.height * size.rows))
  // Quarter pixels: finer steps would redraw for nothing and chase rounding.
  const fitted = Math.floor(font * scale * 4) / 4
  return Math.max(MIN_SCALED_FONT_PX, Math.min(chosen, fitted))
}
