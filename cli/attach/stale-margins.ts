const ESC = '\x1b'
const RESET_MARGINS = `${ESC}[r`
/** Goes to a row and a column, wherever the cursor was; or sets margins. */
const MOVE_OR_MARGINS = new RegExp(`${ESC}\\[\\d{0,5}(?:;\\d{0,5})?[Hfr]`)
/** Longer than any beginning of one. */
const MAX_LENGTH = 16

/** Frees a screen from scroll margins that it should not have any more. */
export interface StaleMargins {
  /** The runner's screen has none from here on. */
  drop(): void
  /** What is here now is as it should be. */
  keep(): void
  /** The next bytes for the screen, with what frees it put in where that moves no cursor. */
  pass(data: Uint8Array): Uint8Array
}

/**
 * A terminal loses its scroll margins with a new size, this one when its window is dragged. What the program wrote until it
 * heard of that is drawn later, and sets margins of the old size (vim ends each scroll with all of the old rows): they
 * would stay, and the next full screen would scroll within them.
 */
export function createStaleMargins(): StaleMargins {
  let due = false
  let begun = ''
  return {
    drop() {
      due = true
      begun = ''
    },
    keep() {
      due = false
    },
    pass(data) {
      if (!due) return data
      const text = begun + Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
      const found = MOVE_OR_MARGINS.exec(text)
      if (found === null) {
        const last = text.lastIndexOf(ESC)
        begun = last < 0 || text.length - last > MAX_LENGTH ? '' : text.slice(last)
        return data
      }
      due = false
      // These are for the new size.
      if (found[0].endsWith('r')) return data
      // Resetting them moves the cursor: it is moved again.
      const end = found.index + found[0].length - begun.length
      return Buffer.concat([data.subarray(0, end), Buffer.from(RESET_MARGINS + found[0]), data.subarray(end)])
    },
  }
}
