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
  /** Everything printed from now on is kept until `go`. A watch that was on is replaced. Returns its token. */
  open(): number
  /** The daemon has everything before `start`: the stream goes on from there. False when it was replaced meanwhile. */
  go(token: number, start: number): boolean
  onOutput(offset: number, data: Buffer): void
  ack(offset: number): void
  /** Ends the watch; with a token only that one. */
  end(token?: number): void
  /** Resolves when everything printed so far is sent, or the watch is over. */
  drained(): Promise<void>
}

interface State {
  token: number
  going: boolean
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

  const end = (token?: number): void => {
    if (token !== undefined && state?.token !== token) return
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
      end()
      const token = nextToken
      nextToken += 1
      state = { token, going: false, waiting: [], sentEnd: 0, ackedEnd: 0 }
      return token
    },
    go(token, start) {
      if (state === null || state.token !== token) return false
      state.going = true
      state.sentEnd = start
      state.ackedEnd = start
      flush()
      return true
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
