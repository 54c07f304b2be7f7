import type { ObserverLink } from '../observer/observer-process'
import { adoptReply, finishReply } from '../observer/protocol'
import { createOutputTail, type OutputTail } from './output-tail'

/** Newest output kept for a viewer that comes back after a short break. */
const KEPT_BYTES = 64 * 1024
/** How far the observer may fall behind before the terminal waits for it, and where it goes on. */
const BEHIND_HIGH_BYTES = 1024 * 1024
const BEHIND_LOW_BYTES = 256 * 1024
/** While the observer is busy with what it has, output is gathered up to this before it is sent on. */
const GATHER_BYTES = 32 * 1024
/** The last lines are asked again once when the observer dies over the question. */
const FINISH_ATTEMPTS = 2

export interface ObservedOutputPorts {
  life: string
  observer: ObserverLink
  size(): { cols: number; rows: number }
  hold(): void
  release(): void
}

/** A runner's output on its way to the observer: kept until that has it on the screen and in the log. */
export interface ObservedOutput {
  tail: OutputTail
  /** A new life begins. */
  open(): void
  append(data: Buffer): void
  /** The observer has everything before `end`. */
  taken(end: number): void
  /** A fresh observer knows nothing: tells it this life again. */
  restarted(): Promise<void>
  /** Before a question whose answer must stand for all output so far. */
  flush(): void
  /** After the last byte: the last lines of the screen; empty when the observer cannot say. */
  finish(): Promise<string>
}

export function createObservedOutput({ life, observer, size, hold, release }: ObservedOutputPorts): ObservedOutput {
  const tail = createOutputTail()
  let takenEnd = 0
  let sentEnd = 0
  let gathered: Buffer[] = []
  let inStep = false
  let adopting: Promise<void> = Promise.resolve()

  const settle = (): void => {
    const behind = tail.end() - takenEnd
    if (behind > BEHIND_HIGH_BYTES) hold()
    else if (behind < BEHIND_LOW_BYTES) release()
    tail.dropBefore(Math.min(takenEnd, tail.end() - KEPT_BYTES))
  }

  /** Sends on what was gathered: at once to an observer that waits, else in few big messages. */
  const send = (): void => {
    const waiting = tail.end() - sentEnd
    if (!inStep || waiting === 0 || (sentEnd > takenEnd && waiting < GATHER_BYTES)) return
    notifyGathered()
  }

  function notifyGathered(): void {
    const [only] = gathered
    const data = gathered.length === 1 && only !== undefined ? only : Buffer.concat(gathered)
    if (data.length > 0) observer.notify({ type: 'feed', life, offset: sentEnd, live: true }, data)
    sentEnd = tail.end()
    gathered = []
  }

  async function adopt(): Promise<void> {
    inStep = false
    gathered = []
    const { body } = await observer.request({ type: 'adopt', life, ...size() }, adoptReply)
    const from = Math.max(body.end, tail.start())
    // What it asked was answered, or lost, with the observer before: only what follows is live.
    observer.notify({ type: 'feed', life, offset: from, live: false }, tail.from(from))
    sentEnd = tail.end()
    takenEnd = Math.min(takenEnd, body.end)
    inStep = true
  }

  return {
    tail,
    open() {
      observer.notify({ type: 'open', life, ...size() })
      inStep = true
    },
    append(data) {
      tail.append(data)
      if (inStep) gathered.push(data)
      send()
      settle()
    },
    taken(end) {
      takenEnd = Math.max(takenEnd, end)
      send()
      settle()
    },
    restarted() {
      // When this observer dies too, the next one calls again.
      adopting = adopt().catch(() => undefined)
      return adopting
    },
    flush() {
      if (inStep) notifyGathered()
    },
    async finish() {
      for (let attempt = 0; attempt < FINISH_ATTEMPTS; attempt += 1) {
        await adopting
        if (inStep) notifyGathered()
        const answer = await observer.request({ type: 'finish', life }, finishReply).catch(() => null)
        if (answer !== null) return answer.body.lastLines
      }
      return ''
    },
  }
}
