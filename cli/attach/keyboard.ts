import { createTerminalInputParser, type TerminalInput } from './terminal-input'

/** A sequence cut between two reads goes on at once; after this long its beginning was a key (Esc). */
const KEY_PAUSE_MS = 30
/** The rest of a report or a paste that began may be this late on a bad line; then it is taken as ended. */
const SEQUENCE_PAUSE_MS = 2_000

export interface Keyboard {
  /** The runner asked for the cursor's position: an answer is on its way here. */
  expectCursorReport(): void
  stop(): void
}

/** Reads a raw terminal: `send` gets what is for the runner, `detach` is called on Ctrl-] and when stdin ends. */
export function readKeyboard(stdin: NodeJS.ReadStream, send: (data: Uint8Array) => void, detach: () => void): Keyboard {
  const parser = createTerminalInputParser()
  let timer: NodeJS.Timeout | undefined

  function pass(data: Uint8Array): void {
    if (data.byteLength > 0) send(data)
  }
  function take({ data, detach: leaves }: TerminalInput): void {
    pass(data)
    if (leaves) {
      detach()
      return
    }
    const pause = parser.pending === 'key' ? KEY_PAUSE_MS : SEQUENCE_PAUSE_MS
    if (parser.pending) timer = setTimeout(() => take(parser.flush()), pause)
  }
  function onData(chunk: Buffer): void {
    clearTimeout(timer)
    take(parser.push(chunk))
  }

  stdin.on('data', onData).on('end', detach).on('close', detach)
  stdin.resume()
  return {
    expectCursorReport: () => parser.expectCursorReport(),
    stop() {
      clearTimeout(timer)
      stdin.off('data', onData).off('end', detach).off('close', detach)
    },
  }
}
