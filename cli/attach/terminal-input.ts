import { isDetachSequence, isReportString, judgeControlSequence } from './terminal-report'

const ESC = 0x1b
const CTRL_RIGHT_BRACKET = 0x1d
const BELL = 0x07
const PASTE_START = '200~'
const PASTE_END = '201~'
const BRACKETS = [`\x1b[${PASTE_START}`, `\x1b[${PASTE_END}`]
const isBracket = (text: string): boolean => BRACKETS.includes(text)
const beginsBracket = (text: string): boolean => BRACKETS.some((bracket) => bracket.startsWith(text))
const TILDE = 0x7e
/** What comes right after a paste is waited with, to see whether that was its end; no more than this. */
const MAX_AFTER_PASTE_BYTES = 64 * 1024

/** A control sequence longer than this is none: its bytes are passed on as they are. */
const MAX_CONTROL_SEQUENCE_BYTES = 256
/** A report string is dropped as it comes; one without an end must not swallow what is typed for ever. */
const MAX_REPORT_STRING_BYTES = 1024 * 1024

/** Keys can look like the first two bytes of a sequence (Esc; Alt-[), never like more. */
const MAX_KEY_PREFIX_BYTES = 2

/** What one read of stdin means. */
export interface TerminalInput {
  /** What goes to the runner. */
  data: Uint8Array
  /** Ctrl-] was pressed; what came after it is dropped. */
  detach: boolean
}

export interface TerminalInputParser {
  push(chunk: Uint8Array): TerminalInput
  /**
   * What is unfinished: when nothing follows, call `flush`. `key`: most likely a key (a lone Esc, Alt-[), so soon;
   * `sequence`: a report or a paste on a slow line, so later.
   */
  readonly pending: 'key' | 'sequence' | null
  /** Ends what is unfinished and gives out what was held back of it. */
  flush(): TerminalInput
  /** The runner asked for the cursor's position: the next report that could be F3 is the answer. */
  expectCursorReport(): void
}

type State = 'ground' | 'escape' | 'control' | 'stringStart' | 'string' | 'stringEscape' | 'paste' | 'afterPaste'

/**
 * Takes the local terminal's own answers and Ctrl-] out of stdin and passes every other byte on, in order and
 * unchanged, wherever the reads cut it. Inside a bracketed paste only brackets are taken out: a paste goes on until nothing
 * follows on its end, or what follows a forged end would run as typed keys.
 */
export function createTerminalInputParser(): TerminalInputParser {
  let state: State = 'ground'
  /** Bytes of the sequence that is being read; given out when it turns out to be no report. */
  let held: number[] = []
  let introducer = ''
  let stringLength = 0
  /** Of a paste: what may become a bracket, what was given out last, and what has come after its end. */
  let bracket = ''
  let given = ''
  let afterPaste: number[] = []
  let expectedCursorReports = 0

  function release(out: number[]): void {
    for (const byte of held) out.push(byte)
    held = []
  }

  /** A whole control sequence is in `held`. */
  function endControl(out: number[]): boolean {
    const body = Buffer.from(held.slice(2)).toString('latin1')
    state = 'ground'
    if (isDetachSequence(body)) return true
    const kind = judgeControlSequence(body)
    const isAnswer = kind === 'report' || (kind === 'cursorOrF3' && expectedCursorReports > 0)
    if (isAnswer && body.endsWith('R') && !body.startsWith('?'))
      expectedCursorReports = Math.max(0, expectedCursorReports - 1)
    if (isAnswer) held = []
    else release(out)
    if (body === PASTE_START) {
      state = 'paste'
      bracket = ''
      given = ''
    }
    return false
  }

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

  function inPaste(byte: number, out: number[]): void {
    const next = bracket + String.fromCharCode(byte)
    if (isBracket(next)) {
      const isEnd = next.endsWith(PASTE_END)
      bracket = ''
      if (isEnd) state = 'afterPaste'
    } else if (beginsBracket(next)) bracket = next
    else {
      endBracket(out)
      if (byte === ESC) bracket = '\x1b'
      else pasted(byte, out)
    }
  }

  /** Another bracket makes the end before it, and what came between, a part of what was pasted. */
  function inAfterPaste(byte: number, out: number[]): boolean {
    afterPaste.push(byte)
    if (afterPaste.length > MAX_AFTER_PASTE_BYTES) return endPaste(out)
    if (byte !== TILDE || !isBracket(Buffer.from(afterPaste.slice(-6)).toString('latin1'))) return false
    const between = afterPaste
    afterPaste = []
    state = 'paste'
    for (const each of between) inPaste(each, out)
    return false
  }

  /** It was its end: what came after it are keys. True when they complete Ctrl-]. */
  function endPaste(out: number[]): boolean {
    endBracket(out)
    for (const byte of Buffer.from(`\x1b[${PASTE_END}`)) out.push(byte)
    const keys = afterPaste
    afterPaste = []
    state = 'ground'
    return keys.some((byte) => step(byte, out))
  }

  function afterEscape(byte: number, out: number[]): boolean {
    if (byte === ESC || byte === CTRL_RIGHT_BRACKET) {
      // Esc, then another sequence or Ctrl-].
      state = 'ground'
      release(out)
      return step(byte, out)
    }
    held.push(byte)
    introducer = String.fromCharCode(byte)
    if (introducer === '[') state = 'control'
    else if (introducer === ']' || introducer === 'P' || introducer === '_') state = 'stringStart'
    else {
      state = 'ground'
      release(out)
    }
    return false
  }

  function inControl(byte: number, out: number[]): boolean {
    if (
      byte === ESC ||
      byte === CTRL_RIGHT_BRACKET ||
      byte < 0x20 ||
      byte > 0x7e ||
      held.length > MAX_CONTROL_SEQUENCE_BYTES
    ) {
      state = 'ground'
      release(out)
      return step(byte, out)
    }
    held.push(byte)
    return byte >= 0x40 ? endControl(out) : false
  }

  function afterIntroducer(byte: number, out: number[]): boolean {
    if (isReportString(introducer, String.fromCharCode(byte))) {
      state = 'string'
      stringLength = 0
      held = []
      return false
    }
    state = 'ground'
    release(out)
    return step(byte, out)
  }

  function inString(byte: number): boolean {
    // No report holds one: somebody presses it because nothing else gets through.
    if (byte === CTRL_RIGHT_BRACKET) return true
    stringLength += 1
    const ended = byte === BELL || (state === 'stringEscape' && byte === 0x5c) || stringLength > MAX_REPORT_STRING_BYTES
    state = ended ? 'ground' : byte === ESC ? 'stringEscape' : 'string'
    return false
  }

  /** True when the byte completes Ctrl-]. */
  function step(byte: number, out: number[]): boolean {
    switch (state) {
      case 'ground':
        if (byte === CTRL_RIGHT_BRACKET) return true
        if (byte !== ESC) out.push(byte)
        else {
          held = [byte]
          state = 'escape'
        }
        return false
      case 'escape':
        return afterEscape(byte, out)
      case 'control':
        return inControl(byte, out)
      case 'stringStart':
        return afterIntroducer(byte, out)
      case 'paste':
        inPaste(byte, out)
        return false
      case 'afterPaste':
        return inAfterPaste(byte, out)
      default:
        return inString(byte)
    }
  }

  return {
    push(chunk) {
      const out: number[] = []
      for (const byte of chunk) if (step(byte, out)) return { data: Uint8Array.from(out), detach: true }
      return { data: Uint8Array.from(out), detach: false }
    },
    get pending() {
      if (state === 'ground') return null
      if (state === 'afterPaste') return 'key'
      return held.length > 0 && held.length <= MAX_KEY_PREFIX_BYTES ? 'key' : 'sequence'
    },
    flush() {
      const out: number[] = []
      if (state === 'afterPaste') return { detach: endPaste(out), data: Uint8Array.from(out) }
      if (state === 'paste') endBracket(out)
      state = 'ground'
      release(out)
      return { data: Uint8Array.from(out), detach: false }
    },
    expectCursorReport() {
      expectedCursorReports += 1
    },
  }
}
