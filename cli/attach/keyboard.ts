import { type Scheduler, systemScheduler } from '@/client/terminal/scheduler'
import { createTerminalInputParser, type Pending, type TerminalInput } from './terminal-input'

/** After so many milliseconds without anything more, what is unfinished is taken for what it is. */
const PAUSE_MS: Record<Pending, number> = {
  // A sequence cut between two reads goes on at once; its beginning alone was a key (Esc).
  key: 30,
  // The rest of a report that began may be this late on a bad line.
  sequence: 2_000,
  // A forged end is followed by more of its paste; nobody types much faster than this, nor waits longer for an echo.
  afterPaste: 200,
  // A paste may wait for a bad line too.
  paste: 2_000,
  // Whoever presses it waits for it to act.
  leaving: 500,
}

export interface Keyboard {
  /** The runner asked for the cursor's position: an answer is on its way here. */
  expectCursorReport(): void
  stop(): void
}

/** Reads a raw terminal: `send` gets what is for the runner, `detach` is called on Ctrl-] and when stdin ends. */
export function readKeyboard(
  stdin: Pick<NodeJS.ReadStream, 'on' | 'off' | 'resume'>,
  send: (data: Uint8Array) => void,
  detach: () => void,
  scheduler: Scheduler = systemScheduler,
): Keyboard {
  const parser = createTerminalInputParser()
  let cancelTimer = (): void => undefined

  function pass(data: Uint8Array): void {
    if (data.byteLength > 0) send(data)
  }
  function take({ data, detach: leaves }: TerminalInput): void {
    pass(data)
    if (leaves) {
      detach()
      return
    }
    if (parser.pending) cancelTimer = scheduler.after(PAUSE_MS[parser.pending], whenQuiet)
  }
  /** This process may have been held up, with what followed waiting to be read: that is read first. */
  function whenQuiet(): void {
    cancelTimer = scheduler.after(0, () => take(parser.flush()))
  }
  function onData(chunk: Buffer): void {
    cancelTimer()
    take(parser.push(chunk))
  }

  stdin.on('data', onData).on('end', detach).on('close', detach)
  stdin.resume()
  return {
    expectCursorReport: () => parser.expectCursorReport(),
    stop() {
      cancelTimer()
      stdin.off('data', onData).off('end', detach).off('close', detach)
    },
  }
}
