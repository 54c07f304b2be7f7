import type { WatchReply } from '@/contracts/agent-protocol/messages'

/** Output the daemon may have unacknowledged; past it the terminal waits, so that memory stays flat. */
export const WATCH_WINDOW_BYTES = 1024 * 1024
/** The terminal waits this long for a daemon that acknowledges nothing at all, then runs on without it. */
const STALL_MS = 1_000
/** One message at most: small enough to interleave with other runners' output on one socket. */
const MAX_MESSAGE_BYTES = 128 * 1024

/** What a watch begins with: bytes or a screen, and the offset it stands for. */
export type WatchStart = Extract<WatchReply, { ok: true }>

export interface WatchPorts {
  sendOutput(offset: number, data: Buffer): void
  /** The watch is over because the daemon was too slow. */
  sendSkipped(): void
  /** Stops and continues reading the terminal. */
  hold(): void
  release(): void
}

/** The stream of one runner's output to the daemon: in order, no gap, no doubling, bounded. */
export interface Watch {
  /**
   * Everything printed from now on will be streamed. A stream that is on stays as it is: one more viewer must not cost
   * the others a byte. Returns the token of the stream.
   */
  open(): number
  /**
   * Whoever opened has been told everything before `start`: all that follows it is streamed, and bytes before it may
   * come again. False when that stream is over meanwhile.
   */
  go(token: number, start: number): boolean
  /** Whoever opened could not be told: a stream that nobody else opened is over. */
  cancel(token: number): void
  onOutput(offset: number, data: Buffer): void
  ack(offset: number): void
  end(): void
  /** Resolves when everything printed so far is sent, or the watch is over. */
  drained(): Promise<void>
}

interface State {
  token: number
  going: boolean
  /** Opened and not yet gone or cancelled. */
  opening: number
  /** Printed and not yet sent. */
  waiting: { offset: number; data: Buffer }[]
  sentEnd: number
  ackedEnd: number
}

/** A watch that is off. */
export function createWatch(ports: WatchPorts): Watch {
  let state: State | null = null
  let nextToken = 1
  let flushScheduled = false
  let holding = false
  let stallTimer: NodeJS.Timeout | null = null

  const clearStall = (): void => {
    if (stallTimer !== null) clearTimeout(stallTimer)
    stallTimer = null
  }

  let onDrained: (() => void)[] = []

  const tellDrained = (): void => {
    if (state !== null && (state.waiting.length > 0 || !state.going)) return
    for (const tell of onDrained) tell()
    onDrained = []
  }

  const end = (): void => {
    state = null
    clearStall()
    if (holding) ports.release()
    holding = false
    tellDrained()
  }

  const stall = (): void => {
    if (!holding) ports.hold()
    holding = true
    stallTimer ??= setTimeout(() => {
      end()
      ports.sendSkipped()
    }, STALL_MS)
  }

  /** Sends what the window allows, in as few messages as may be. */
  function flush(): void {
    if (state === null || !state.going) return
    while (state.waiting.length > 0 && state.sentEnd - state.ackedEnd < WATCH_WINDOW_BYTES) {
      const batch: Buffer[] = []
      let bytes = 0
      const offset = state.waiting[0]?.offset ?? state.sentEnd
      for (let next = state.waiting[0]; next !== undefined && bytes < MAX_MESSAGE_BYTES; next = state.waiting[0]) {
        batch.push(next.data)
        bytes += next.data.length
        state.waiting.shift()
      }
      state.sentEnd = offset + bytes
      const [only] = batch
      ports.sendOutput(offset, batch.length === 1 && only !== undefined ? only : Buffer.concat(batch))
    }
    if (state.waiting.length > 0) {
      stall()
      return
    }
    clearStall()
    if (holding) ports.release()
    holding = false
    tellDrained()
  }

  return {
    open() {
      if (state === null) {
        state = { token: nextToken, going: false, opening: 0, waiting: [], sentEnd: 0, ackedEnd: 0 }
        nextToken += 1
      }
      state.opening += 1
      return state.token
    },
    go(token, start) {
      if (state === null || state.token !== token) return false
      state.opening -= 1
      if (state.going) return true
      state.going = true
      // What waits may begin before `start`: another viewer that opened earlier still lacks it.
      state.sentEnd = Math.min(start, state.waiting[0]?.offset ?? start)
      state.ackedEnd = state.sentEnd
      flush()
      return true
    },
    cancel(token) {
      if (state === null || state.token !== token) return
      state.opening -= 1
      if (!state.going && state.opening === 0) end()
    },
    onOutput(offset, data) {
      if (state === null) return
      state.waiting.push({ offset, data })
      // While it opens, what waits is bounded by holding the terminal; the snapshot's timeout ends that.
      if (!state.going) {
        const waiting = state.waiting.reduce((total, item) => total + item.data.length, 0)
        if (waiting > WATCH_WINDOW_BYTES && !holding) {
          ports.hold()
          holding = true
        }
        return
      }
      // The first bytes go at once; what follows within the same turn of the loop goes together.
      if (flushScheduled) return
      flush()
      flushScheduled = true
      setImmediate(() => {
        flushScheduled = false
        flush()
      })
    },
    ack(offset) {
      if (state === null || offset <= state.ackedEnd) return
      state.ackedEnd = Math.min(offset, state.sentEnd)
      // It moves: the time it may stand still starts again.
      clearStall()
      flush()
    },
    end,
    drained: () =>
      new Promise((resolve) => {
        onDrained.push(resolve)
        tellDrained()
      }),
  }
}
