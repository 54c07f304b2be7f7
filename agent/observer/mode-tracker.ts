import type { Terminal } from '@xterm/headless'

/** DEC private modes that the serializer leaves out: cursor visibility, mouse encodings, alternate scroll, colour scheme reports. */
const TRACKED_MODES = [12, 1005, 1006, 1007, 1015, 1016, 2031] as const
const CURSOR_MODE = 25

interface Margins {
  top: number
  bottom: number
}

/** Terminal state that a snapshot needs beyond what the serializer writes. */
export interface ModeTracker {
  /** Escape sequences that set this state on a terminal the serialized screen was written to. */
  restore(): string
  /** A new size resets scroll margins. */
  resized(): void
}

/** Watches the sequences that change that state; none of them is consumed. */
export function trackModes(terminal: Terminal): ModeTracker {
  const set = new Set<number>()
  let cursorHidden = false
  let cursorStyle = 0
  const margins: Record<'normal' | 'alternate', Margins | null> = { normal: null, alternate: null }

  const reset = (): void => {
    set.clear()
    cursorHidden = false
    cursorStyle = 0
    margins.normal = null
    margins.alternate = null
  }

  const onMode = (params: (number | number[])[], on: boolean): false => {
    for (const mode of params) {
      if (mode === CURSOR_MODE) cursorHidden = !on
      if (!on && (mode === 47 || mode === 1047 || mode === 1049)) margins.alternate = null
      if (!TRACKED_MODES.some((tracked) => tracked === mode)) continue
      if (on) set.add(Number(mode))
      else set.delete(Number(mode))
    }
    return false
  }

  const { parser } = terminal
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => onMode(params, true))
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => onMode(params, false))
  parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, (params) => {
    cursorStyle = Number(params[0] ?? 0)
    return false
  })
  parser.registerCsiHandler({ final: 'r' }, (params) => {
    const top = Math.max(1, Number(params[0] ?? 0))
    const bottom = Math.min(terminal.rows, Number(params[1] ?? 0) || terminal.rows)
    if (bottom > top)
      margins[terminal.buffer.active.type] = top === 1 && bottom === terminal.rows ? null : { top, bottom }
    return false
  })
  // DECSTR, soft reset.
  parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
    cursorHidden = false
    margins[terminal.buffer.active.type] = null
    return false
  })
  // RIS, full reset.
  parser.registerEscHandler({ final: 'c' }, () => {
    reset()
    return false
  })

  const restoreMargins = (): string => {
    const buffer = terminal.buffer.active
    const margin = margins[buffer.type]
    if (margin === null) return ''
    // Setting margins homes the cursor; rows count from the top margin in origin mode.
    const row = buffer.cursorY + 1 - (terminal.modes.originMode ? margin.top - 1 : 0)
    return `\x1b[${margin.top};${margin.bottom}r\x1b[${row};${Math.min(buffer.cursorX + 1, terminal.cols)}H`
  }

  return {
    restore() {
      const modes = [...set].map((mode) => `\x1b[?${mode}h`).join('')
      const style = cursorStyle > 0 ? `\x1b[${cursorStyle} q` : ''
      return `${restoreMargins()}${modes}${style}${cursorHidden ? '\x1b[?25l' : ''}`
    },
    resized() {
      margins.normal = null
      margins.alternate = null
    },
  }
}
