import type { Terminal } from '@xterm/xterm'
import type { TerminalSize } from '@/contracts/terminal/terminal'
import { cellsThatFit, fontThatFits } from './fit'

/** Kept free at the right, so that the scrollbar never covers the last column. */
const SCROLLBAR_PX = 10

interface TerminalLayoutOptions {
  terminal: Terminal
  host: HTMLElement
  fontPx: number
  /** Whether this client sizes the PTY right now. */
  drives(): boolean
  onSize(size: TerminalSize): void
}

/**
 * Fits terminal and room to each other, at most once per frame. The driver's room sizes the PTY; everybody else's
 * letters are scaled until the PTY's size fits, so that looking never changes what is looked at.
 */
export function createTerminalLayout({ terminal, host, fontPx, drives, onSize }: TerminalLayoutOptions) {
  let chosenPx = fontPx
  let frame = 0
  let sent: TerminalSize | null = null

  const room = () => ({ width: host.clientWidth - SCROLLBAR_PX, height: host.clientHeight })

  /** Size of one cell at the present letter size. */
  function cell() {
    const box = host.querySelector('.xterm-screen')?.getBoundingClientRect()
    return { width: (box?.width ?? 0) / terminal.cols, height: (box?.height ?? 0) / terminal.rows }
  }

  function wantedSize(): TerminalSize {
    const { width, height } = cell()
    const scale = chosenPx / (terminal.options.fontSize ?? chosenPx)
    return (
      cellsThatFit(room(), { width: width * scale, height: height * scale }) ?? {
        cols: terminal.cols,
        rows: terminal.rows,
      }
    )
  }

  function setFontSize(px: number): void {
    if (terminal.options.fontSize !== px) terminal.options.fontSize = px
  }

  function apply(): void {
    frame = 0
    if (!drives()) {
      setFontSize(fontThatFits(room(), cell(), terminal.options.fontSize ?? chosenPx, chosenPx, terminal))
      return
    }
    setFontSize(chosenPx)
    const size = cellsThatFit(room(), cell())
    if (!size) return
    if (size.cols !== terminal.cols || size.rows !== terminal.rows) terminal.resize(size.cols, size.rows)
    if (size.cols === sent?.cols && size.rows === sent.rows) return
    sent = size
    onSize(size)
  }

  const schedule = () => {
    frame ||= requestAnimationFrame(apply)
  }
  const observer = new ResizeObserver(schedule)
  observer.observe(host)

  return {
    schedule,
    /** What would fit at the chosen letter size. */
    wantedSize,
    /** A new connection knows no size yet. */
    forgetSent(): void {
      sent = null
    },
    setFont(px: number): void {
      chosenPx = px
      schedule()
    },
    stop(): void {
      observer.disconnect()
      cancelAnimationFrame(frame)
    },
  }
}
