const ESC = 0x1b
const BELL = 0x07
const CANCEL = 0x18
const SUBSTITUTE = 0x1a
const BACKSLASH = 0x5c
const BRACKET = 0x5d
const SEMICOLON = 0x3b
/** Of the one-character controls (C1), in UTF-8: their first byte, and those that begin and end a string. */
const C1 = 0xc2
const C1_OSC = 0x9d
const C1_ST = 0x9c
/** Access to the clipboard, and what iTerm2 has for many things, a clipboard among them. */
const CLIPBOARD_OSC = 52
const ITERM_OSC = 1337
const ITERM_COPY = /^(?:Copy|EndOfCopy)/
const ITERM_KEYWORD_BYTES = 16
/** A sequence that is not decided by then is none that does good. */
const MAX_HELD_BYTES = 4_096

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const endsString = (byte: number): boolean => byte === BELL || byte === CANCEL || byte === SUBSTITUTE

type State = 'ground' | 'escape' | 'c1' | 'number' | 'keyword' | 'dropped' | 'droppedEscape' | 'droppedC1'

/**
 * Takes out what would put text into the clipboard of the person at this terminal, wherever the stream is cut, and as
 * terminals read it: controls inside a sequence, leading zeros and C1 included. Every other byte is given on, in order; what
 * could become such a sequence waits for what follows.
 */
export function createClipboardFilter(): (data: Uint8Array) => Uint8Array {
  let state: State = 'ground'
  let held: number[] = []
  let number = 0
  let keyword = ''

  let show: (bytes: readonly number[]) => void = () => {}

  function release(next: State): void {
    show(held)
    held = []
    state = next
  }

  /** What may become a sequence begins here. */
  function begin(byte: number): void {
    release(byte === ESC ? 'escape' : 'c1')
    held = [byte]
  }

  function drop(): void {
    held = []
    state = 'dropped'
  }

  function introduced(byte: number): void {
    held.push(byte)
    if (byte === (state === 'c1' ? C1_OSC : BRACKET)) {
      state = 'number'
      number = 0
      keyword = ''
    } else if (state === 'c1' || byte >= 0x20 || endsString(byte) || held.length > MAX_HELD_BYTES) release('ground')
  }

  function counted(byte: number): void {
    held.push(byte)
    if (isDigit(byte)) number = Math.min(number * 10 + byte - 0x30, 1_000_000)
    else if (byte === SEMICOLON && number === CLIPBOARD_OSC) drop()
    else if (byte === SEMICOLON && number === ITERM_OSC) state = 'keyword'
    else if (byte >= 0x20 || endsString(byte)) release('ground')
    if (held.length > MAX_HELD_BYTES) drop()
  }

  function spelled(byte: number): void {
    held.push(byte)
    if (byte >= 0x20) keyword += String.fromCharCode(byte)
    if (endsString(byte)) release('ground')
    else if (ITERM_COPY.test(keyword) || held.length > MAX_HELD_BYTES) drop()
    else if (keyword.length >= ITERM_KEYWORD_BYTES) release('ground')
  }

  function dropped(byte: number): void {
    if (endsString(byte) || (state === 'droppedC1' && byte === C1_ST)) state = 'ground'
    else if (byte === ESC) state = 'droppedEscape'
    else state = byte === C1 ? 'droppedC1' : 'dropped'
  }

  function take(byte: number): void {
    if (state === 'droppedEscape') {
      // ESC ends a string, and a backslash after it belongs to that end; anything else begins something new.
      state = byte === BACKSLASH ? 'ground' : 'escape'
      if (byte === BACKSLASH) return
      held = [ESC]
    }
    if (state === 'dropped' || state === 'droppedC1') dropped(byte)
    else if (byte === ESC || (state === 'ground' && byte === C1)) begin(byte)
    else if (state === 'ground') show([byte])
    else if (state === 'number') counted(byte)
    else if (state === 'keyword') spelled(byte)
    else introduced(byte)
  }

  return (data) => {
    if (state === 'ground' && !data.includes(ESC) && !data.includes(C1)) return data
    const out = Buffer.allocUnsafe(held.length + data.length + 1)
    let length = 0
    show = (bytes) => {
      for (const byte of bytes) out[length++] = byte
    }
    for (const byte of data) take(byte)
    return out.subarray(0, length)
  }
}
