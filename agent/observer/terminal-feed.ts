import type { Terminal } from '@xterm/headless'
import { plainUntil, withoutScrolledAway } from './scrolled-away'

/** Chunks that wait are looked at together, up to this. */
const JOINED_BYTES = 4 * 1024 * 1024
/**
 * After so much at once it is a flood, of which nobody sees every part: the next waits until there is more, a little while
 * at most, unless somebody asks for the screen.
 */
const FLOOD_BYTES = 64 * 1024
const REST_MS = 40
const REST_BYTES = 2 * 1024 * 1024
/** And drawn at once up to this: more would keep other runners' screens waiting. */
const STEP_BYTES = 256 * 1024

/** What is written to a terminal, in order. */
export interface TerminalFeed {
  /** What the terminal threw at; it has parsed nothing since. */
  broken(): { error: unknown } | null
  /**
   * `begin` is called before these bytes are parsed and after all before them are, `done` once they are; `atOnce`: without
   * a rest, however much it is.
   */
  write(data: Uint8Array, begin: () => void, done: () => void, atOnce: boolean): void
  /** Nothing more is drawn. */
  stop(): void
  /** Calls back when everything written before is parsed and nothing written later is. */
  whenParsed(callback: () => void): void
}

interface Chunk {
  data: Uint8Array
  begin: () => void
  done: () => void
  atOnce: boolean
}

/** What its parser says by its API is not whether it is in the middle of something. */
interface Inside {
  _core: {
    _inputHandler: { _parser: { currentState: number }; parse(data: Uint8Array, result?: boolean): unknown }
    _bufferService: { buffers: { active: { scrollTop: number; scrollBottom: number } } }
  }
}
const GROUND_STATE = 0

/**
 * Feeds a terminal whose history holds `scrollback` lines. Of plain text that came while it was busy, what would have
 * scrolled away at once is not drawn: what the terminal holds afterwards is the same, and a flood costs what is left of it.
 */
export function createTerminalFeed(terminal: Terminal, scrollback: number): TerminalFeed {
  const waiting: (Chunk | { callback: () => void })[] = []
  let waitingBytes = 0
  let busy = false
  let resting: NodeJS.Timeout | null = null
  let broken: { error: unknown } | null = null
  const { _inputHandler, _bufferService } = (terminal as unknown as Inside)._core

  // It is called by a timer of the terminal: what it throws would end the process, and every other runner's screen.
  const parse = _inputHandler.parse.bind(_inputHandler)
  _inputHandler.parse = (data, result) => {
    if (broken !== null) return
    try {
      return parse(data, result)
    } catch (error) {
      broken = { error }
    }
  }

  const takesFloods = (): boolean => {
    const { scrollTop, scrollBottom } = _bufferService.buffers.active
    return _inputHandler._parser.currentState === GROUND_STATE && scrollTop === 0 && scrollBottom === terminal.rows - 1
  }

  /** Draws `data`, in one or more steps: what a run of plain text may leave out is known only once all before is parsed. */
  function draw(data: Uint8Array, done: () => void): void {
    const end = plainUntil(data, 0)
    // To the bottom of the screen, and from there everything out that was above.
    const kept = takesFloods() ? withoutScrolledAway(data.subarray(0, end), scrollback + 2 * terminal.rows) : null
    if (kept !== null) {
      terminal.write(kept[0])
      const rest = data.subarray(end)
      terminal.write(kept[1], rest.length === 0 ? done : () => draw(rest, done))
      return
    }
    const next = Math.min(nextFlood(data, end), STEP_BYTES)
    if (next === data.length) terminal.write(data, done)
    else terminal.write(data.subarray(0, next), () => draw(data.subarray(next), done))
  }

  /** Where, after `from`, the second line of a run begins that is long enough to leave some of it out. */
  function nextFlood(data: Uint8Array, from: number): number {
    for (let at = from; at < data.length; ) {
      const begin = at + 1
      at = plainUntil(data, begin)
      const found = withoutScrolledAway(data.subarray(begin, at), scrollback + 2 * terminal.rows)
      // Its first line may still be part of a sequence.
      if (found !== null) return begin + found[0].length
    }
    return data.length
  }

  function advance(): void {
    if (resting !== null) clearTimeout(resting)
    resting = null
    const first = waiting.shift()
    if (first === undefined) {
      busy = false
      return
    }
    busy = true
    if ('callback' in first) {
      terminal.write('', () => {
        first.callback()
        advance()
      })
      return
    }
    const joined = [first]
    let bytes = first.data.length
    for (let next = waiting[0]; next !== undefined && 'data' in next && next.begin === first.begin; next = waiting[0]) {
      if (bytes + next.data.length > JOINED_BYTES) break
      joined.push(next)
      bytes += next.data.length
      waiting.shift()
    }
    waitingBytes -= bytes
    const data = joined.length === 1 ? first.data : Buffer.concat(joined.map((chunk) => chunk.data))
    first.begin()
    draw(data, () => {
      for (const chunk of joined) chunk.done()
      if (bytes < FLOOD_BYTES || first.atOnce || isWanted()) advance()
      else {
        busy = false
        resting = setTimeout(advance, REST_MS)
      }
    })
  }

  const isWanted = (): boolean =>
    waitingBytes >= REST_BYTES || waiting.some((item) => 'callback' in item || item.atOnce)

  const add = (item: (typeof waiting)[number]): void => {
    waiting.push(item)
    if ('data' in item) waitingBytes += item.data.length
    if (!busy && (resting === null || isWanted())) advance()
  }
  return {
    broken: () => broken,
    write: (data, begin, done, atOnce) => add({ data, begin, done, atOnce }),
    whenParsed: (callback) => add({ callback }),
    stop() {
      if (resting !== null) clearTimeout(resting)
    },
  }
}
