import { type Event, type EventType, eventType } from '@/contracts/event/event'

/** `live`: events arrive. `offline`: what is shown is the last known state. */
export type LiveState = 'connecting' | 'live' | 'offline'

/** Heartbeats change only numbers, which a slow poll refreshes; everything else is told. */
export const LIVE_EVENT_TYPES: EventType[] = eventType.options.filter((type) => type !== 'runner.heartbeat')

/** First wait before a stream that was refused is opened again; doubles up to the cap. */
const RETRY_FIRST_MS = 500
const RETRY_CAP_MS = 10_000

export interface StreamHandlers {
  onEvent(event: Event): void
  /** The stream is open (again): every event after this one will come. */
  onOpen(after: number): void
  /** The transport itself is trying again. */
  onInterrupted(): void
  /** The stream is over; nothing more will come from it. */
  onClosed(): void
}

export interface LiveSubscriptionOptions {
  /** Opens one stream that starts after `lastEventId`, or now; returns its end. */
  open(lastEventId: string | null, handlers: StreamHandlers): () => void
  onEvent(event: Event): void
  onState(state: LiveState): void
  /** Every opening, the first included: what was missed while closed must be asked for. */
  onOpen(): void
  setTimer(callback: () => void, delayMs: number): () => void
  /** 0 to 1. */
  random(): number
}

/** Keeps one event stream open for ever, resuming after the last event seen. Returns its end. */
export function keepLiveSubscription(options: LiveSubscriptionOptions): () => void {
  let lastSeq: number | null = null
  let failures = 0
  let ended = false
  let endStream = () => {}
  let endTimer = () => {}

  const connect = () => {
    let closed = false
    endStream = options.open(lastSeq === null ? null : String(lastSeq), {
      onEvent(event) {
        // A resumed stream may repeat the event it resumed from.
        if (lastSeq !== null && event.seq <= lastSeq) return
        lastSeq = event.seq
        options.onEvent(event)
      },
      onOpen(after) {
        failures = 0
        lastSeq ??= after
        options.onState('live')
        options.onOpen()
      },
      onInterrupted: () => options.onState('offline'),
      onClosed() {
        if (closed || ended) return
        closed = true
        options.onState('offline')
        const delay = Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** failures) * (0.5 + options.random() / 2)
        failures += 1
        endTimer = options.setTimer(connect, delay)
      },
    })
  }

  options.onState('connecting')
  connect()
  return () => {
    ended = true
    endTimer()
    endStream()
  }
}
