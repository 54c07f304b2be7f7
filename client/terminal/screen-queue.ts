import type { TerminalSize, TerminalSnapshot } from '@/contracts/terminal/terminal'

/** The terminal that shows the runner. `done` is called once the bytes are parsed, in order. */
export interface TerminalScreen {
  write(data: Uint8Array, done: () => void): void
  /** Clear the terminal, apply cols and rows, write `snapshot.data`. */
  reset(snapshot: TerminalSnapshot, done: () => void): void
  /** The PTY's size changed. */
  resize(size: TerminalSize): void
}

/** Keeps what is done to a screen in order. */
export interface ScreenQueue {
  write(data: Uint8Array, done: () => void): void
  reset(snapshot: TerminalSnapshot, done: () => void): void
  resize(size: TerminalSize): void
}

type Step =
  | { kind: 'write'; data: Uint8Array; done: () => void }
  | { kind: 'reset'; snapshot: TerminalSnapshot; done: () => void }
  | { kind: 'resize'; size: TerminalSize }

/**
 * Orders calls to a screen whose `write` is parsed later while its reset and resize act at once (as xterm.js does):
 * a reset or resize waits until all earlier bytes are parsed. A reset throws away what was still waiting before it.
 */
export function createScreenQueue(screen: TerminalScreen): ScreenQueue {
  let waiting: Step[] = []
  let writing = 0
  let resetting = false

  function start(step: Step): void {
    if (step.kind === 'resize') {
      screen.resize(step.size)
      return
    }
    if (step.kind === 'write') {
      writing += 1
      screen.write(step.data, () => {
        writing -= 1
        step.done()
        advance()
      })
      return
    }
    resetting = true
    screen.reset(step.snapshot, () => {
      resetting = false
      step.done()
      advance()
    })
  }

  function advance(): void {
    for (let step = waiting[0]; step; step = waiting[0]) {
      if (resetting || (step.kind !== 'write' && writing > 0)) return
      waiting.shift()
      start(step)
    }
  }

  function add(step: Step): void {
    waiting.push(step)
    advance()
  }

  return {
    write: (data, done) => add({ kind: 'write', data, done }),
    reset(snapshot, done) {
      waiting = []
      add({ kind: 'reset', snapshot, done })
    },
    resize: (size) => add({ kind: 'resize', size }),
  }
}
