import type { TerminalSize } from '@/contracts/terminal/terminal'
import type { ObserverLink } from '../observer/observer-process'
import { adoptReply, finishReply } from '../observer/protocol'
import { joinRead } from '../pty/output-slab'
import type { RecordingFacts } from '../recording/recorder'
import { createFloodGauge, GATHER_MS, GATHERED_BYTES } from './flood-gauge'
import { createOutputTail, type OutputTail } from './output-tail'
import { createSizeHistory } from './size-history'

/** Newest output kept for a viewer that comes back after a short break. */
const KEPT_BYTES = 64 * 1024
/** How far the observer may fall behind before the terminal waits for it, and where it goes on. */
const BEHIND_HIGH_BYTES = 1024 * 1024
const BEHIND_LOW_BYTES = 256 * 1024
/** While the observer is busy with what it has, output is gathered up to this before it is sent on. */
const GATHER_BYTES = 128 * 1024
/** The end is told again to the next observer when one dies over it, which is waited for this long. */
const FINISH_ATTEMPTS = 3
const NEXT_OBSERVER_MS = 10_000
/** On a busy machine a screen is drawn again for long; given up, its runner would have none until the observer dies again. */
const ADOPTION_MS = 10 * 60_000

export interface ObservedOutputPorts {
  life: string
  observer: ObserverLink
  /** That it begins with. */
  size: TerminalSize
  recorded: RecordingFacts
  hold(): void
  release(): void
}

/** A runner's output on its way to the observer: kept until that has it in the log. */
export interface ObservedOutput {
  tail: OutputTail
  /** A new life begins. */
  open(): void
  append(data: Buffer): void
  /** The terminal has another size: what is appended from now on is printed for that. */
  resized(size: TerminalSize): void
  /** The observer has everything before `end`. */
  taken(end: number): void
  /** A fresh observer knows nothing: tells it this life again. */
  restarted(): Promise<void>
  /** Before a message that comes after all output so far. */
  flush(): void
  /**
   * Before a question whose answer must stand for all output so far: a fresh observer has only what is in the log at first.
   * Rejects when it takes long to get there.
   */
  caughtUp(): Promise<void>
  /** After the last byte, with how it ended: the last lines of the screen; empty when the observer cannot say. */
  finish(ending: string): Promise<string>
}

export function createObservedOutput({
  life,
  observer,
  size,
  recorded,
  hold,
  release,
}: ObservedOutputPorts): ObservedOutput {
  const tail = createOutputTail()
  const sizes = createSizeHistory(size)
  let takenEnd = 0
  let sentEnd = 0
  let gathered: Buffer[] = []
  let inStep = false
  let gatherTimer: NodeJS.Timeout | null = null
  const isFlood = createFloodGauge(() => performance.now())
  let adopting: Promise<void> = Promise.resolve()
  let onNextObserver: () => void = () => {}

  const settle = (): void => {
    const behind = tail.end() - takenEnd
    if (behind > BEHIND_HIGH_BYTES) hold()
    else if (behind < BEHIND_LOW_BYTES) release()
    tail.dropBefore(Math.min(takenEnd, tail.end() - KEPT_BYTES))
    sizes.heard(takenEnd)
  }

  /** Sends on what was gathered: at once to an observer that waits, else in few big messages. */
  const send = (): void => {
    const waiting = tail.end() - sentEnd
    if (!inStep || waiting === 0 || (sentEnd > takenEnd && waiting < GATHER_BYTES)) return
    notifyGathered()
  }

  function sendGathered(): void {
    gatherTimer = null
    send()
  }

  function notifyGathered(): void {
    if (gatherTimer !== null) clearTimeout(gatherTimer)
    gatherTimer = null
    const data = joinRead(gathered)
    if (data.length > 0) observer.notify({ type: 'feed', life, offset: sentEnd, live: true }, data)
    sentEnd = tail.end()
    gathered = []
  }

  /** Resolves when a fresh observer was told of this life, or when none comes. */
  function nextObserver(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, NEXT_OBSERVER_MS)
      onNextObserver = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Whether it comes about while somebody waits. */
  function soon(happens: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), NEXT_OBSERVER_MS)
      void happens.then(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  async function adopt(): Promise<void> {
    inStep = false
    gathered = []
    const known = { sizes: [...sizes.all()], ...recorded }
    const { body } = await observer.request({ type: 'adopt', life, ...known }, adoptReply, ADOPTION_MS)
    let from = Math.max(body.end, tail.start())
    // What it asked was answered, or lost, with the observer before: only what follows is live.
    const feed = (end: number): void => {
      observer.notify({ type: 'feed', life, offset: from, live: false }, tail.from(from).subarray(0, end - from))
      from = end
    }
    for (const since of sizes.all()) {
      if (since.offset <= body.end && known.sizes.includes(since)) continue
      if (since.offset > from) feed(since.offset)
      observer.notify({ type: 'resize', life, cols: since.cols, rows: since.rows })
    }
    feed(tail.end())
    sentEnd = tail.end()
    takenEnd = Math.min(takenEnd, body.end)
    inStep = true
  }

  return {
    tail,
    open() {
      observer.notify({ type: 'open', life, ...size, ...recorded })
      inStep = true
    },
    append(data) {
      tail.append(data)
      if (inStep) gathered.push(data)
      if (!isFlood(data.length) || tail.end() - sentEnd >= GATHERED_BYTES) send()
      else gatherTimer ??= setTimeout(sendGathered, GATHER_MS)
      settle()
    },
    resized({ cols, rows }) {
      sizes.add({ offset: tail.end(), cols, rows })
      // One that is away is told when the next has what came before.
      if (!inStep) return
      notifyGathered()
      observer.notify({ type: 'resize', life, cols, rows })
    },
    taken(end) {
      takenEnd = Math.max(takenEnd, end)
      if (gatherTimer === null) send()
      settle()
    },
    restarted() {
      // When this observer dies too, the next one calls again.
      adopting = adopt().catch(() => undefined)
      onNextObserver()
      return adopting
    },
    flush() {
      if (inStep) notifyGathered()
    },
    async caughtUp() {
      const isAdopted = await soon(adopting)
      if (!isAdopted) throw new Error('it is being drawn again')
      if (inStep) notifyGathered()
    },
    async finish(ending) {
      for (let attempt = 0; attempt < FINISH_ATTEMPTS; attempt += 1) {
        await adopting
        if (inStep) notifyGathered()
        const answer = await observer.request({ type: 'finish', life, ending }, finishReply).catch(() => null)
        if (answer !== null) return answer.body.lastLines
        await nextObserver()
      }
      return ''
    },
  }
}
