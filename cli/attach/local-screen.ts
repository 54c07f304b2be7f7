import type { TerminalScreen } from '@/client/terminal/screen-queue'
import type { TerminalSize } from '@/contracts/terminal/terminal'
import { inertLine } from '../text/inert-text'
import { CLEAR_SCREEN } from './terminal-modes'

/** The part of a terminal that shows. */
export interface LocalScreen extends TerminalScreen {
  size(): TerminalSize
  /** Shows a line of ours at the bottom until the runner draws over it. */
  notice(text: string): void
}

/** For a terminal that does not tell its size. */
const USUAL_SIZE: TerminalSize = { cols: 80, rows: 24 }

/** The terminal behind `stdout` as a runner's screen; `onOutput` sees the bytes of its stream before they are shown. */
export function createLocalScreen(stdout: NodeJS.WriteStream, onOutput: (data: Uint8Array) => void): LocalScreen {
  let first = true
  const size = (): TerminalSize => ({ cols: stdout.columns || USUAL_SIZE.cols, rows: stdout.rows || USUAL_SIZE.rows })
  return {
    size,
    write(data, done) {
      onOutput(data)
      stdout.write(data, () => done())
    },
    reset(snapshot, done) {
      const { rows } = size()
      // What the person had on the screen goes up into the scrollback instead of being erased.
      const makeRoom = first ? `\x1b[${rows};1H${'\n'.repeat(rows)}` : ''
      first = false
      stdout.write(Buffer.concat([Buffer.from(`${makeRoom}${CLEAR_SCREEN}`), snapshot.data]), () => done())
    },
    // This terminal's size is its window's; one that only watches shows what fits.
    resize: () => undefined,
    notice(text) {
      const { rows, cols } = size()
      const line = inertLine(text).slice(0, Math.max(1, cols - 1))
      stdout.write(`\x1b7\x1b[${rows};1H\x1b[7m${line}\x1b[0m\x1b8`)
    },
  }
}
