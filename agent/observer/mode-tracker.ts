import type { Terminal } from '@xterm/headless'

/** DEC private modes that mean nothing to the emulator, and something to a person's terminal. */
const TRACKED_MODES = [12, 1005, 1007, 1015, 2031] as const
/** Colours a program may set: of the palette (OSC 4) and of text, background and cursor (10 to 12). */
const PALETTE_OSC = 4
const COLOUR_OSCS = [10, 11, 12] as const
const PALETTE_SIZE = 256
/** `rgb:ffff/ffff/ffff` and names; longer is no colour. */
const MAX_COLOUR_LENGTH = 32
/** The sequence that takes back what one of those set. */
const RESET_OFFSET = 100

/** What a snapshot needs of the stream and the emulator does not keep. */
export interface ModeTracker {
  /** Escape sequences that set this state, whatever it was before. */
  restore(): string
}

/** Watches the sequences that change that state; none of them is consumed. */
export function trackModes(terminal: Terminal): ModeTracker {
  const set = new Set<number>()
  const palette = new Map<number, string>()
  const colours = new Map<number, string>()

  const onMode = (params: (number | number[])[], on: boolean): false => {
    for (const mode of params) {
      if (!TRACKED_MODES.some((tracked) => tracked === mode)) continue
      if (on) set.add(Number(mode))
      else set.delete(Number(mode))
    }
    return false
  }
  const isColour = (text: string | undefined): text is string =>
    text !== undefined && text !== '?' && text !== '' && text.length <= MAX_COLOUR_LENGTH

  const { parser } = terminal
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => onMode(params, true))
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => onMode(params, false))
  parser.registerOscHandler(PALETTE_OSC, (data) => {
    const fields = data.split(';')
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [index, colour] = [Number(fields[at]), fields[at + 1]]
      if (Number.isInteger(index) && index >= 0 && index < PALETTE_SIZE && isColour(colour)) palette.set(index, colour)
    }
    return false
  })
  parser.registerOscHandler(PALETTE_OSC + RESET_OFFSET, (data) => {
    if (data === '') palette.clear()
    for (const index of data.split(';')) palette.delete(Number(index))
    return false
  })
  for (const code of COLOUR_OSCS) {
    parser.registerOscHandler(code, (data) => {
      // More than one colour is for this and the next ones.
      for (const [next, colour] of data.split(';').entries())
        if (isColour(colour) && code + next <= 12) colours.set(code + next, colour)
      return false
    })
    parser.registerOscHandler(code + RESET_OFFSET, () => {
      colours.delete(code)
      return false
    })
  }
  // RIS, full reset. Colours outlive it.
  parser.registerEscHandler({ final: 'c' }, () => {
    set.clear()
    return false
  })

  return {
    restore() {
      const modes = TRACKED_MODES.map((mode) => (set.has(mode) ? `\x1b[?${mode}h` : '')).join('')
      const own = [...palette].map(([index, colour]) => `\x1b]${PALETTE_OSC};${index};${colour}\x1b\\`).join('')
      const others = [...colours].map(([code, colour]) => `\x1b]${code};${colour}\x1b\\`).join('')
      const usual = [PALETTE_OSC, ...COLOUR_OSCS].map((code) => `\x1b]${code + RESET_OFFSET}\x1b\\`).join('')
      return `${modes}${usual}${own}${others}`
    },
  }
}
