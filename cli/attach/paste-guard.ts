const ESC = 0x1b
const TILDE = 0x7e
const PASTE_START = '200~'
const PASTE_END = '201~'
const BRACKETS = [`\x1b[${PASTE_START}`, `\x1b[${PASTE_END}`]
const isBracket = (text: string): boolean => BRACKETS.includes(text)
const beginsBracket = (text: string): boolean => BRACKETS.some((bracket) => bracket.startsWith(text))
/**
 * What comes right after an end is waited with, up to this. Nobody types so much without a pause: then that end was a part
 * of what is pasted.
 */
const MAX_AFTER_END_BYTES = 64 * 1024

/** Whether `body`, what follows CSI, begins a bracketed paste. */
export const beginsPaste = (body: string): boolean => body === PASTE_START

/** A bracketed paste: only brackets are taken out of it, and it goes on until nothing follows on its end. */
export interface PasteGuard {
  /** An end has come, and this many bytes after it; null while the paste goes on. */
  afterEnd(): number | null
  /** A paste begins. */
  begin(): void
  /** The next byte; what is sure to be pasted goes to `out`. */
  push(byte: number, out: number[]): void
  /** Nothing follows on the end that has come: it was the end. Returns the keys that came after it. */
  end(out: number[]): number[]
}

/** Of one terminal: what follows a forged end must not run as typed keys. */
export function createPasteGuard(): PasteGuard {
  /** What may become a bracket, what was given out last, and what has come after an end. */
  let bracket = ''
  let given = ''
  let afterEnd: number[] | null = null

  /** Gives out a pasted byte, unless it ends a bracket that taking one out has built. */
  function pasted(byte: number, out: number[]): void {
    if (byte === TILDE && isBracket(`${given}~`)) return
    const next = given + String.fromCharCode(byte)
    given = beginsBracket(next) ? next : byte === ESC ? '\x1b' : ''
    out.push(byte)
  }

  /** Gives out what was no bracket. */
  function endBracket(out: number[]): void {
    for (const byte of Buffer.from(bracket, 'latin1')) pasted(byte, out)
    bracket = ''
  }

  function inside(byte: number, out: number[]): void {
    const next = bracket + String.fromCharCode(byte)
    if (isBracket(next)) {
      bracket = ''
      if (next.endsWith(PASTE_END)) afterEnd = []
    } else if (beginsBracket(next)) bracket = next
    else {
      endBracket(out)
      if (byte === ESC) bracket = '\x1b'
      else pasted(byte, out)
    }
  }

  /** The end before it, and what came between, are a part of what is pasted. */
  function goOn(between: readonly number[], out: number[]): void {
    afterEnd = null
    for (const each of between) inside(each, out)
  }

  return {
    afterEnd: () => afterEnd?.length ?? null,
    begin() {
      bracket = ''
      given = ''
      afterEnd = null
    },
    push(byte, out) {
      if (afterEnd === null) return inside(byte, out)
      afterEnd.push(byte)
      const another = byte === TILDE && isBracket(Buffer.from(afterEnd.slice(-6)).toString('latin1'))
      if (another || afterEnd.length > MAX_AFTER_END_BYTES) goOn(afterEnd, out)
    },
    end(out) {
      endBracket(out)
      for (const byte of Buffer.from(`\x1b[${PASTE_END}`)) out.push(byte)
      const keys = afterEnd ?? []
      afterEnd = null
      return keys
    },
  }
}
