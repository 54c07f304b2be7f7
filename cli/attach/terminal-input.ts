import { beginsPaste, createPasteGuard } from './paste-guard'
import { isDetachSequence, isReportString, judgeControlSequence, onlyDetachKey } from './terminal-report'

const ESC = 0x1b
const CTRL_RIGHT_BRACKET = 0x1d
const BELL = 0x07
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

/**
 * What is unfinished: when nothing follows, `flush` is to be called. `key`: most likely a key (a lone Esc, Alt-[) or the
 * end of a paste, so soon; `sequence`: a report on a slow line, so later; `afterPaste`: something follows on what may be
 * the end of a paste; `paste`: one goes on, and a pause in it tells nothing but that it pauses; `leaving`: in such a pause
 * Ctrl-] was pressed, or pasted after all.
 */
export type Pending = 'key' | 'sequence' | 'afterPaste' | 'paste' | 'leaving'

export interface TerminalInputParser {
  push(chunk: Uint8Array): TerminalInput
  readonly pending: Pending | null
  /** Nothing followed: ends what is unfinished, but for a paste, and gives out what was held back of it. */
  flush(): TerminalInput
  /** The runner asked for the cursor's position: the next report that could be F3 is the answer. */
  expectCursorReport(): void
}

type State = 'ground' | 'escape' | 'control' | 'stringStart' | 'string' | 'stringEscape' | 'paste'

/**
 * Takes the local terminal's own answers and Ctrl-] out of stdin and passes every other byte on, in order and
 * unchanged, wherever the reads cut it. Inside a bracketed paste only brackets are taken out, however long it pauses: a
 * paste goes on until nothing follows on its end, or what follows a forged end would run as typed keys. Ctrl-] is a part
 * of it too, unless nothing else came for a while before and after it: a paste whose end was lost can be left.
 */
export function createTerminalInputParser(): TerminalInputParser {
  let state: State = 'ground'
  /** Bytes of the sequence that is being read; given out when it turns out to be no report. */
  let held: number[] = []
  let introducer = ''
  let stringLength = 0
  const paste = createPasteGuard()
  /** Nothing came for a while, in a paste; and what did then. */
  let pausing = false
  let leaving: number[] = []
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
    if (beginsPaste(body)) {
      state = 'paste'
      paste.begin()
    }
    return false
  }

  /** It was its end: what came after it are keys. True when they complete Ctrl-]. */
  function endPaste(out: number[]): boolean {
    const keys = paste.end(out)
    state = 'ground'
    return keys.some((byte) => step(byte, out))
  }

  /** Ctrl-], alone in its read, after a pause in a paste. True when it was pressed before: somebody insists. */
  function wantsToLeave(chunk: Uint8Array): boolean {
    const insists = leaving.length > 0
    leaving.push(...chunk)
    return insists
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
        paste.push(byte, out)
        return false
      default:
        return inString(byte)
    }
  }

  return {
    push(chunk) {
      const out: number[] = []
      if (state === 'paste' && pausing && onlyDetachKey(chunk))
        return { data: Uint8Array.from(out), detach: wantsToLeave(chunk) }
      pausing = false
      const bytes = leaving.length === 0 ? chunk : [...leaving, ...chunk]
      leaving = []
      for (const byte of bytes) if (step(byte, out)) return { data: Uint8Array.from(out), detach: true }
      return { data: Uint8Array.from(out), detach: false }
    },
    get pending() {
      if (state === 'ground') return null
      if (state === 'paste') {
        const after = paste.afterEnd()
        if (after !== null) return after === 0 ? 'key' : 'afterPaste'
        return leaving.length > 0 ? 'leaving' : pausing ? null : 'paste'
      }
      return held.length > 0 && held.length <= MAX_KEY_PREFIX_BYTES ? 'key' : 'sequence'
    },
    flush() {
      const out: number[] = []
      if (state === 'paste') {
        if (paste.afterEnd() !== null) return { detach: endPaste(out), data: Uint8Array.from(out) }
        pausing = true
        return { data: Uint8Array.from(out), detach: leaving.length > 0 }
      }
      state = 'ground'
      release(out)
      return { data: Uint8Array.from(out), detach: false }
    },
    expectCursorReport() {
      expectedCursorReports += 1
    },
  }
}
