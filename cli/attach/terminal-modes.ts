/** Everything a program may have switched on, switched off; what a terminal does not know it ignores. */
const MODES_OFF = [
  '\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l', // mouse
  '\x1b[?1004l', // focus reports
  '\x1b[?2004l', // bracketed paste
  '\x1b[?2026l', // synchronised output, which would freeze the screen
  '\x1b[?2031l\x1b[?2048l', // colour scheme and size reports
  '\x1b[<99u\x1b[=0u', // kitty keyboard, all levels of this screen
  '\x1b[>4m', // modifyOtherKeys
  '\x1b[?1l\x1b>', // cursor keys and keypad
  '\x1b[?5l\x1b[?6l\x1b[?7h\x1b[?45l\x1b[4l\x1b[20l', // reverse screen, origin, wrap, reverse wrap, insert, newline
]

/** Pen, character set, scroll margins (whose reset moves the cursor, hence the save), links, cursor. */
const PEN_OFF = '\x1b7\x1b[r\x1b8\x1b[0m\x1b(B\x0f\x1b]8;;\x1b\\\x1b[?25h\x1b[0 q'

/** Brings a terminal back to the state a shell expects, on its main screen; the text on it stays. */
export const RESTORE_TERMINAL = `${MODES_OFF.join('')}${PEN_OFF}\x1b[?1049l${MODES_OFF[5]}${PEN_OFF}`

/** Keeps the title, and gives it back. */
export const SAVE_TITLE = '\x1b[22;0t'
export const RESTORE_TITLE = '\x1b[23;0t'

/** An empty main screen to draw a snapshot on. */
export const CLEAR_SCREEN = `${RESTORE_TERMINAL}\x1b[H\x1b[2J`
