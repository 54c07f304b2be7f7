import type { WatchReply } from '@/contracts/agent-protocol/messages'
import { joinRead } from '../pty/output-slab'
import { GATHER_MS, GATHERED_BYTES } from './flood-gauge'
import { createFloodPace } from './flood-pace'
import { createFlowWindow, type FlowWindow } from './flow-window'

/** Printed while a watch opens; past it the terminal waits, so that memory stays flat. */
const OPENING_BYTES = 1024 * 1024
/**
 * The terminal waits this long for a daemon that acknowledges nothing at all, then runs on without it. The daemon gives
 * up on a viewer long before.
 */
const STALL_MS = 3_000
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
  /** Somebody types elsewhere: a flood makes room. */
  yields(): boolean
  /** Milliseconds of a steady clock. */
  now(): number
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
  /** Calls back once everything printed so far is sent, or the watch is over. */
  inOrder(action: () => void): void
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
  /** Printed and not yet sent, and what is to be done in between. */
  waiting: ({ offset: number; data: Buffer } | { action: () => void })[]
  waitingBytes: number
  window: FlowWindow
  sentEnd: number
  ackedEnd: number
}

/** A watch that is off. */
export function createWatch(ports: WatchPorts): Watch {
  let state: State | null = null
  let nextToken = 1
  let flushScheduled = false
  let gatherTimer: NodeJS.Timeout | null = null
  const pace = createFloodPace(ports.yields, ports.now)
  let holding = false
  let stallTimer: NodeJS.Timeout | null = null

  const clearStall = (): void => {
    if (stallTimer !== null) clearTimeout(stallTimer)
    stallTimer = null
  }

  const clearGather = (): void => {
    if (gatherTimer !== null) clearTimeout(gatherTimer)
    gatherTimer = null
  }

  let onDrained: (() => void)[] = []

  const tellDrained = (): void => {
    if (state !== null && (state.waiting.length > 0 || !state.going)) return
    for (const tell of onDrained) tell()
    onDrained = []
  }

  const end = (): void => {
    const unsent = state?.waiting ?? []
    state = null
    clearGather()
    for (const item of unsent) if ('action' in item) item.action()
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

  /** The next bytes to send, in as few messages as may be; null when the window or what is printed ends. */
  function nextMessage(current: State): { offset: number; data: Buffer } | null {
    const room = current.window.size() - (current.sentEnd - current.ackedEnd)
    const first = current.waiting[0]
    if (first === undefined || 'action' in first || room <= 0) return null
    const most = Math.min(room, MAX_MESSAGE_BYTES, pace.most())
    const batch: Buffer[] = []
    let bytes = 0
    let count = 0
    for (const item of current.waiting) {
      if ('action' in item || bytes >= most) break
      batch.push(item.data)
      bytes += item.data.length
      count += 1
    }
    current.waiting.splice(0, count)
    current.waitingBytes -= bytes
    return { offset: first.offset, data: joinRead(batch) }
  }

  /** Sends what the window allows. */
  function flush(): void {
    clearGather()
    if (state === null || !state.going) return
    for (let first = state.waiting[0]; first !== undefined; first = state.waiting[0]) {
      if ('action' in first) {
        state.waiting.shift()
        first.action()
        continue
      }
      if (pace.wait() > 0) break
      const message = nextMessage(state)
      if (message === null) break
      state.sentEnd = message.offset + message.data.length
      state.window.sent(state.sentEnd)
      pace.sent()
      ports.sendOutput(message.offset, message.data)
    }
    if (state.waiting.length > 0) {
      const wait = pace.wait()
      if (wait > 0) gatherTimer = setTimeout(flush, wait)
      if (wait === 0 || state.waitingBytes >= GATHERED_BYTES) stall()
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
        const window = createFlowWindow(0, ports.now)
        state = {
          token: nextToken,
          going: false,
          opening: 0,
          waiting: [],
          waitingBytes: 0,
          sentEnd: 0,
          ackedEnd: 0,
          window,
        }
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
      const first = state.waiting.find((item) => 'offset' in item)
      state.sentEnd = Math.min(start, first?.offset ?? start)
      state.ackedEnd = state.sentEnd
      state.window = createFlowWindow(state.sentEnd, ports.now)
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
      state.waitingBytes += data.length
      // While it opens, what waits is bounded by holding the terminal; the snapshot's timeout ends that.
      if (!state.going) {
        if (state.waitingBytes > OPENING_BYTES && !holding) {
          ports.hold()
          holding = true
        }
        return
      }
      if (pace.came(data.length) && state.waitingBytes < GATHERED_BYTES) {
        gatherTimer ??= setTimeout(flush, GATHER_MS)
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
    inOrder(action) {
      if (state === null || state.waiting.length === 0) action()
      else state.waiting.push({ action })
    },
    ack(offset) {
      if (state === null || offset <= state.ackedEnd) return
      state.ackedEnd = Math.min(offset, state.sentEnd)
      state.window.acknowledged(state.ackedEnd, holding)
      // It moves: the time it may stand still starts again.
      clearStall()
      if (gatherTimer === null) flush()
    },
    end,
    drained: () =>
      new Promise((resolve) => {
        onDrained.push(resolve)
        tellDrained()
      }),
  }
}
