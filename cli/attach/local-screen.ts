import type { TerminalScreen } from '@/client/terminal/screen-queue'
import type { TerminalSize } from '@/contracts/terminal/terminal'
import { inertLine } from '../text/inert-text'
import { createClipboardFilter } from './clipboard-filter'
import { createStaleMargins } from './stale-margins'
import { CLEAR_SCREEN } from './terminal-modes'

/** The part of a terminal that shows. */
export interface LocalScreen extends TerminalScreen {
  size(): TerminalSize
  /** Shows a line of ours at the bottom until the runner draws over it. */
  notice(text: string): void
  /** Nothing of ours was drawn over what its stream made of it. */
  isIntact(): boolean
}

/** For a terminal that does not tell its size. */
const USUAL_SIZE: TerminalSize = { cols: 80, rows: 24 }

/** The size of the terminal behind `stdout`. */
export const sizeOf = ({ columns, rows }: NodeJS.WriteStream): TerminalSize => ({
  cols: columns || USUAL_SIZE.cols,
  rows: rows || USUAL_SIZE.rows,
})

/** Draws a line of ours at the bottom of a terminal of this size, whose cursor stays where it is. */
export function noticeLine(text: string, { cols, rows }: TerminalSize): string {
  const line = inertLine(text).slice(0, Math.max(1, cols - 1))
  return `\x1b7\x1b[${rows};1H\x1b[7m${line}\x1b[0m\x1b8`
}

export interface LocalScreenEvents {
  /** The bytes of its stream, before they are shown. */
  onOutput(data: Uint8Array): void
  /** Output was left out before the screen that is there now; told before its size. */
  onSkipped(): void
  /** The size that the runner's screen has. */
  onSize(size: TerminalSize): void
}

/** The terminal behind `stdout` as a runner's screen; without `clipboard` nothing of it gets into this person's clipboard. */
export function createLocalScreen(
  stdout: NodeJS.WriteStream,
  clipboard: boolean,
  { onOutput, onSkipped, onSize }: LocalScreenEvents,
): LocalScreen {
  let first = true
  let intact = true
  const filter = () => (clipboard ? (data: Uint8Array) => data : createClipboardFilter())
  let harmless = filter()
  const margins = createStaleMargins()
  let shown: TerminalSize | null = null
  const size = () => sizeOf(stdout)
  return {
    size,
    write(data, done) {
      onOutput(data)
      stdout.write(margins.pass(harmless(data)), () => done())
    },
    reset(snapshot, done) {
      const { rows } = size()
      // What the person had on the screen goes up into the scrollback instead of being erased.
      const makeRoom = first ? `\x1b[${rows};1H${'\n'.repeat(rows)}` : ''
      first = false
      intact = true
      const title = snapshot.title === '' ? '' : `\x1b]2;${inertLine(snapshot.title)}\x07`
      // What the stream was in the middle of is not what follows the snapshot.
      harmless = filter()
      margins.keep()
      shown = { cols: snapshot.cols, rows: snapshot.rows }
      stdout.write(Buffer.concat([Buffer.from(`${makeRoom}${CLEAR_SCREEN}${title}`), snapshot.data]), () => done())
      if (snapshot.reason === 'resync') onSkipped()
      onSize(shown)
    },
    // This terminal's size is its window's; one that only watches is told that another does not fit.
    resize(next) {
      if (shown?.cols !== next.cols || shown.rows !== next.rows) margins.drop()
      shown = next
      onSize(next)
    },
    notice(text) {
      intact = false
      stdout.write(noticeLine(text, size()))
    },
    isIntact: () => intact,
  }
}
