/** A string sequence (OSC, DCS, …) longer than this never ends: go back to printing what follows. */
const MAX_SEQUENCE_CHARACTERS = 1024 * 1024

type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'string' | 'stringEscape'

const STRING_STARTS = new Set(['P', 'X', ']', '^', '_'])
const C1_STRING_STARTS = new Set(['\u0090', '\u0098', '\u009d', '\u009e', '\u009f'])

/** Parameters of a control sequence that are looked at; longer ones belong to none of those that count here. */
const MAX_PARAMETERS = 16
/** How far words are set apart at most. */
const MAX_BLANKS = 200
/** Moves to another row; what is written next is another line. */
const TO_ANOTHER_ROW = new Set(['A', 'B', 'E', 'F', 'H', 'd', 'f'])

/** Turns terminal output, cut anywhere, into text to be searched: nothing is live in it, and what is apart stays apart. */
export interface PlainTextStream {
  push(bytes: Uint8Array): string
}

/** Starts at the beginning of a log, or anywhere in it: a first sequence cut in half shows its rest as text. */
export function createPlainTextStream(): PlainTextStream {
  const decoder = new TextDecoder('utf-8')
  let state: State = 'ground'
  let sequenceLength = 0
  let carriageReturn = false
  let parameters = ''

  /** One character of text outside any sequence: '' for what cannot be printed. */
  function print(character: string): string {
    const afterReturn = carriageReturn
    carriageReturn = character === '\r'
    if (carriageReturn) return afterReturn ? '\n' : ''
    if (character === '\n') return '\n'
    // A lone carriage return redraws its line; on plain paper that is a new line.
    const before = afterReturn ? '\n' : ''
    const code = character.charCodeAt(0)
    const printable = character === '\t' || (code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0))
    return before + (printable ? character : '')
  }

  /** What a cursor that is moved leaves between the text before and after. */
  function moved(final: string): string {
    if (TO_ANOTHER_ROW.has(final)) return '\n'
    if (final === 'G') return ' '
    return final === 'C' ? ' '.repeat(Math.min(MAX_BLANKS, Number(parameters) || 1)) : ''
  }

  function step(character: string): string {
    const code = character.charCodeAt(0)
    // CAN and SUB end any sequence.
    if (state !== 'ground' && (code === 0x18 || code === 0x1a)) {
      state = 'ground'
      return ''
    }
    switch (state) {
      case 'ground':
        if (code === 0x1b) state = 'escape'
        else if (code === 0x9b) startControl()
        else if (C1_STRING_STARTS.has(character)) state = 'string'
        else return print(character)
        sequenceLength = 0
        return ''
      case 'escape':
        if (character === '[') startControl()
        else if (STRING_STARTS.has(character)) state = 'string'
        else if (code >= 0x20 && code <= 0x2f) state = 'intermediate'
        else if (code !== 0x1b) state = 'ground'
        return ''
      case 'intermediate':
        if (code >= 0x30) state = 'ground'
        return ''
      case 'csi':
        if (code === 0x1b) state = 'escape'
        else if (code >= 0x40) {
          state = 'ground'
          return moved(character)
        } else if (parameters.length < MAX_PARAMETERS) parameters += character
        return ''
      default:
        return inString(character, code)
    }
  }

  function startControl(): void {
    state = 'csi'
    parameters = ''
  }

  function inString(character: string, code: number): string {
    sequenceLength += 1
    if (state === 'stringEscape' && character !== '\\') {
      // ESC not followed by \ begins another sequence.
      state = 'escape'
      return step(character)
    }
    if (code === 0x07 || code === 0x9c || state === 'stringEscape' || sequenceLength > MAX_SEQUENCE_CHARACTERS)
      state = 'ground'
    else if (code === 0x1b) state = 'stringEscape'
    return ''
  }

  return {
    push(bytes) {
      let text = ''
      for (const character of decoder.decode(bytes, { stream: true })) text += step(character)
      return text
    },
  }
}
